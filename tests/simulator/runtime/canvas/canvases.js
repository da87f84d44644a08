import { strict } from '../wx/api.js';
import { canvasPicture } from './canvas-picture.js';
import { drawingContext } from './drawing-context.js';
import { recordingContext } from './recording-context.js';

/** Above it phones draw nothing or crash. */
const LONGEST_SIDE = 4096;

/** The canvases of a phone, as mini-program code sees them, and the browser's elements behind them. */
export class Canvases {
  /** @param {import('../phone.js').Phone} phone */
  constructor(phone) {
    this.phone = phone;
    /** @type {WeakMap<object, any>} what the mini-program holds -> what the browser draws */
    this.hidden = new WeakMap();
  }

  /** @param {HTMLCanvasElement} surface @returns {Record<string, any>} the node that a selector query gives */
  node(surface) {
    const { phone } = this;
    const members = this.#drawable(surface, {
      createImageData: (width, height) => new ImageData(width ?? surface.width, height ?? surface.height),
      createPath2D: (path) => (path ? new Path2D(path) : new Path2D()),
      requestAnimationFrame: (callback) =>
        requestAnimationFrame((time) => phone.call(callback, undefined, time)),
      cancelAnimationFrame: (request) => cancelAnimationFrame(request),
      toDataURL: (...args) => surface.toDataURL(...args),
    });
    return this.#sealed('Canvas', members, surface);
  }

  /** @param {number} width @param {number} height pixels @returns {Record<string, any>} a canvas that nobody sees */
  offscreen(width, height) {
    const surface = this.phone.document.createElement('canvas');
    const canvas = this.#sealed('OffscreenCanvas', this.#drawable(surface, {}), surface);
    return Object.assign(canvas, { width, height });
  }

  /** @param {any} canvas @returns {HTMLCanvasElement | undefined} */
  surfaceOf(canvas) {
    const surface = this.hidden.get(canvas);
    return surface?.localName === 'canvas' ? surface : undefined;
  }

  #drawable(surface, members) {
    const { phone } = this;
    const calls = [];
    const unwrap = (value) => this.hidden.get(value) ?? value;
    let context;
    return Object.defineProperties(
      {
        ...members,
        createImage: () => canvasPicture(phone, this.hidden),
        getContext(type) {
          if (type !== '2d') throw new Error(`simulator: getContext("${type}") is not implemented`);
          context ??= phone.pictures.decodes
            ? drawingContext(surface.getContext('2d'), this, unwrap)
            : recordingContext(calls, this, unwrap);
          return context;
        },
        ...(!phone.pictures.decodes && { calls }),
      },
      { width: side(surface, 'width'), height: side(surface, 'height') },
    );
  }

  #sealed(name, members, surface) {
    const canvas = strict(name, members);
    this.hidden.set(canvas, surface);
    return canvas;
  }
}

/** @param {HTMLCanvasElement} surface @param {'width' | 'height'} name @returns {PropertyDescriptor} */
function side(surface, name) {
  return {
    enumerable: true,
    get: () => surface[name],
    set(length) {
      if (!(length >= 0 && length <= LONGEST_SIDE))
        throw new RangeError(`canvas.${name} = ${length}: a phone has 0 to ${LONGEST_SIDE}`);
      surface[name] = Math.floor(length);
    },
  };
}

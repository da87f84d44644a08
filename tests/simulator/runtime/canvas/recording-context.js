import { METHODS, PROPERTIES } from './context-members.js';
import { drawingContext } from './drawing-context.js';

/** What only real pixels or a real path can answer. */
const NEEDS_PIXELS = ['getImageData', 'getTransform', 'isPointInPath', 'isPointInStroke'];

/**
 * Stands for a 2D context where nothing can draw: it writes down what is called and set, in order, as
 * `['fillRect', 0, 0, 8, 8]` and `['fillStyle =', '#fff']`.
 *
 * @param {any[][]} calls
 * @param {object} canvas
 * @param {(value: any) => any} unwrap
 * @returns {any}
 */
export function recordingContext(calls, canvas, unwrap) {
  const state = { ...PROPERTIES };
  const saved = [];
  let dashes = [];
  const answers = {
    save: () => void saved.push({ ...state }),
    restore: () => void Object.assign(state, saved.pop()),
    setLineDash: (segments) => void (dashes = [...segments]),
    getLineDash: () => [...dashes],
    measureText: (text) => measured(String(text), state.font),
    createPattern: () => ({}),
    createImageData: (width, height) => ({ width, height, data: new Uint8ClampedArray(4 * width * height) }),
    createLinearGradient: () => gradient(calls),
    createRadialGradient: () => gradient(calls),
    drawImage(picture) {
      if (unwrap(picture) === picture)
        throw new TypeError('drawImage wants a picture of createImage or a canvas');
    },
  };
  for (const name of NEEDS_PIXELS)
    answers[name] = () => {
      throw new Error(`simulator: ${name} needs a browser, nothing is drawn here`);
    };
  const inner = {};
  for (const name of METHODS)
    inner[name] = (...args) => {
      calls.push([name, ...args]);
      return answers[name]?.(...args);
    };
  for (const name of Object.keys(PROPERTIES))
    Object.defineProperty(inner, name, {
      get: () => state[name],
      set(value) {
        calls.push([`${name} =`, value]);
        state[name] = value;
      },
    });
  return drawingContext(inner, canvas, (value) => value);
}

/** A Chinese character is as wide as the font is high, a Latin letter about half. */
function measured(text, font) {
  const height = Number(/([\d.]+)px/.exec(font)?.[1] ?? 10);
  const widths = [...text].map((letter) => (letter.codePointAt(0) < 0x2e80 ? 0.5 : 1));
  return { width: widths.reduce((sum, width) => sum + width, 0) * height };
}

/** @param {any[][]} calls @returns {{addColorStop: Function}} */
function gradient(calls) {
  return {
    addColorStop: (...args) => void calls.push(['addColorStop', ...args]),
  };
}

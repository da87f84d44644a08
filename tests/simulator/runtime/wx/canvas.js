import { blankJpeg, blankPng } from '../canvas/blank-picture.js';
import { Refusal } from './api.js';

/** @param {import('../phone.js').Phone} phone @param {Function} api @returns {Record<string, any>} */
export function canvasMembers(phone, api) {
  return {
    createOffscreenCanvas({ type = 'webgl', width = 300, height = 150 } = {}) {
      if (type !== '2d')
        throw new Error(`simulator: an offscreen canvas of type "${type}" is not implemented`);
      return phone.canvases.offscreen(width, height);
    },
    canvasToTempFilePath: api('canvasToTempFilePath', async (options) => ({
      tempFilePath: await written(phone, options),
    })),
  };
}

/** @returns {Promise<string>} */
async function written(phone, { canvas, canvasId, fileType = 'png', quality, ...places }) {
  if (canvasId) throw new Error('simulator: canvasId is of the old canvas; pass the node as canvas');
  const surface = phone.canvases.surfaceOf(canvas);
  if (!surface) throw new Refusal('fail canvas is empty');
  if (!['jpg', 'png'].includes(fileType)) throw new Refusal(`parameter error: fileType "${fileType}"`);
  const { from, to } = areas(surface, places);
  if (!(to.width > 0 && to.height > 0)) throw new Refusal('create bitmap failed');
  if (!phone.pictures.decodes) {
    const blank = fileType === 'jpg' ? blankJpeg : blankPng;
    return phone.files.addTemporary(blank(to.width, to.height), fileType);
  }
  const copy = Object.assign(phone.document.createElement('canvas'), to);
  copy.getContext('2d').drawImage(surface, ...from, 0, 0, to.width, to.height);
  return phone.files.addBlob(await encoded(copy, fileType, quality), fileType);
}

/** @returns {{from: number[], to: {width: number, height: number}}} part of the canvas, pixels of the file */
function areas(surface, { x = 0, y = 0, width = surface.width - x, height = surface.height - y, ...wanted }) {
  const density = globalThis.devicePixelRatio || 1;
  const { destWidth = width * density, destHeight = height * density } = wanted;
  return {
    from: [x, y, width, height],
    to: { width: Math.floor(destWidth), height: Math.floor(destHeight) },
  };
}

/** @returns {Promise<Blob>} a quality that is none counts as 1 */
function encoded(canvas, fileType, quality) {
  const strength = quality > 0 && quality <= 1 ? quality : 1;
  const type = fileType === 'jpg' ? 'image/jpeg' : 'image/png';
  return new Promise((resolve) => canvas.toBlob(resolve, type, strength));
}

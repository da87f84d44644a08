// @ts-check
const { boxesOf, resized } = require('./fit');
const { platformTask, sequence } = require('../../services/http/task');
const { problem } = require('./problem');

/**
 * @typedef {import('../../contract').OnDevice} OnDevice
 * @typedef {import('./fit').Box} Box
 */

/** Pixels of a side of what is read at once: more takes memory, and changes nothing in a view of some 224. */
const MOST = 1536;

/**
 * @param {WechatMiniprogram.OffscreenCanvas} canvas
 * @param {string} path
 * @returns {import('../../services/http/task').Task<WechatMiniprogram.Image>}
 */
function loadImage(canvas, path) {
  return platformTask((resolve, reject) => {
    const image = canvas.createImage();
    image.onload = () => resolve(image);
    image.onerror = () => reject(problem('damaged'));
    image.src = path;
    return { abort() {} };
  });
}

/**
 * Decodes a photo and fits it to a model's input.
 *
 * @param {string} path  of the photo
 * @param {OnDevice} model
 * @returns {import('../../services/http/task').Task<Float32Array[]>} one or two views, as a session takes them
 */
function viewsOf(path, { fit, input_height: height, input_width: width }) {
  return sequence(async (run) => {
    const input = { width, height };
    const canvas = wx.createOffscreenCanvas({ type: '2d', width, height });
    const image = await run(() => loadImage(canvas, path));
    return boxesOf(image, input, fit).map((box) => viewOf(canvas, image, box, input));
  });
}

/**
 * @param {WechatMiniprogram.OffscreenCanvas} canvas
 * @param {WechatMiniprogram.Image} image
 * @param {Box} box
 * @param {import('./fit').Size} input
 * @returns {Float32Array}
 */
function viewOf(canvas, image, box, input) {
  const scale = Math.min(1, MOST / Math.max(box.right - box.left, box.bottom - box.top));
  const wide = image.width * scale;
  const high = image.height * scale;
  const at = { left: box.left * scale, top: box.top * scale, right: box.right * scale, bottom: box.bottom * scale };
  // The filter reaches beyond the box, by one pixel of the input.
  const left = Math.max(0, Math.floor(at.left - (at.right - at.left) / input.width - 1));
  const top = Math.max(0, Math.floor(at.top - (at.bottom - at.top) / input.height - 1));
  canvas.width = Math.min(Math.ceil(wide), Math.ceil(at.right + (at.right - at.left) / input.width + 1)) - left;
  canvas.height = Math.min(Math.ceil(high), Math.ceil(at.bottom + (at.bottom - at.top) / input.height + 1)) - top;
  const context = canvas.getContext('2d');
  context.drawImage(image, -left, -top, wide, high);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const inside = { left: at.left - left, top: at.top - top, right: at.right - left, bottom: at.bottom - top };
  return resized({ data, width: canvas.width, height: canvas.height }, inside, input);
}

module.exports = { viewsOf };

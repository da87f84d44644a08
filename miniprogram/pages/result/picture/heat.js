// @ts-check
const { colourOf } = require('./colours');

/**
 * Draws the heat map over a photo, on a small canvas that the platform scales up smoothly: a grid has
 * 7 x 7 values, a phone two million pixels.
 */

/** Dots on the longer side of the photo. */
const DOTS = 96;
/** Brightness that is left of the photo outside the model's input. */
const UNSEEN = 0.25;

/**
 * Bilinear interpolation between the centres of cells, constant from the outer centres to the edge.
 *
 * @param {number[][]} grid  rows from top to bottom
 * @param {number} across  0 to 1 over the grid, from left to right
 * @param {number} down  0 to 1
 * @returns {number} 0 to 1
 */
function valueAt(grid, across, down) {
  const [first = []] = grid;
  const [left, right, x] = neighbours(across, first.length);
  const [above, below, y] = neighbours(down, grid.length);
  const cell = (/** @type {number} */ row, /** @type {number} */ column) => (grid[row] || [])[column] || 0;
  const upper = cell(above, left) * (1 - x) + cell(above, right) * x;
  const lower = cell(below, left) * (1 - x) + cell(below, right) * x;
  return upper * (1 - y) + lower * y;
}

/**
 * @param {number} place  0 to 1
 * @param {number} cells
 * @returns {[number, number, number]} the cells before and after, and the weight of the second, 0 to 1
 */
function neighbours(place, cells) {
  const at = Math.min(Math.max(place * cells - 0.5, 0), cells - 1);
  const before = Math.floor(at);
  return [before, Math.min(before + 1, cells - 1), at - before];
}

/**
 * @param {import('../../../contract').Explanation} explanation
 * @param {number} across  0 to 1 over the photo
 * @param {number} down  0 to 1
 * @returns {number | null} 0 to 1; null outside the model's input
 */
function heatAt({ grid, box }, across, down) {
  const x = (across - box.left) / box.width;
  const y = (down - box.top) / box.height;
  return x < 0 || x > 1 || y < 0 || y > 1 ? null : valueAt(grid, x, y);
}

/**
 * @param {import('./fitted').Size} photo  in any unit
 * @returns {import('./fitted').Size} dots
 */
function dotsFor({ width, height }) {
  const scale = DOTS / Math.max(width, height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/**
 * Draws over the whole canvas, as one image. A value of 0 is transparent; outside the model's input the photo is dark.
 *
 * @param {WechatMiniprogram.CanvasRenderingContext.CanvasRenderingContext2D} context
 * @param {import('./fitted').Size} dots  size of the canvas
 * @param {import('../../../contract').Explanation} explanation
 */
function drawHeat(context, { width, height }, explanation) {
  const image = context.createImageData(width, height);
  for (let dot = 0; dot < width * height; dot += 1) {
    const value = heatAt(explanation, ((dot % width) + 0.5) / width, (Math.floor(dot / width) + 0.5) / height);
    const [red, green, blue] = value === null ? [0, 0, 0] : colourOf(value);
    const alpha = value === null ? 1 - UNSEEN : Math.sqrt(value);
    image.data.set([red, green, blue, Math.round(255 * alpha)], 4 * dot);
  }
  context.putImageData(image, 0, 0);
}

module.exports = { drawHeat, dotsFor, heatAt };

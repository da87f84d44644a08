// @ts-check

/** Zoom of the button's second step. */
const NEAR = 2;

/** @typedef {{clientX: number, clientY: number}} Touch  CSS pixels */

/**
 * @param {Touch[]} touches
 * @returns {number} pixels between the first two; 0 if there are fewer
 */
function spread([one, other]) {
  return one && other ? Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) : 0;
}

/**
 * Zoom during a pinch, in steps that are worth a call of the platform.
 *
 * @param {{zoom: number, spread: number}} start  when the second finger came down
 * @param {number} now  pixels between the fingers
 * @param {number} most  of the camera
 * @returns {number} 1 to `most`, with one decimal
 */
function pinched(start, now, most) {
  const zoom = (start.zoom * now) / start.spread;
  return Math.round(Math.min(Math.max(zoom, 1), most) * 10) / 10;
}

module.exports = { NEAR, pinched, spread };

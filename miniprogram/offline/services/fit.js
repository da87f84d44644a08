// @ts-check

/**
 * Fits a photo to a model's input as the server does (server/paishi/photo/fit.py), so that both give the same names: the
 * same boxes, and Pillow's Hamming filter. Values differ by at most 1 of 255.
 *
 * @typedef {{left: number, top: number, right: number, bottom: number}} Box  in pixels of the photo, fractions too
 * @typedef {{width: number, height: number}} Size  pixels
 * @typedef {Size & {data: Uint8ClampedArray}} Pixels  RGBA
 */

/** ImageNet's usual test view: the short side scaled to 256, then the central 224 cropped. */
const CROP = 224 / 256;

/**
 * @param {number} value
 * @returns {number} as Python rounds: halves to the even neighbour
 */
function round(value) {
  const whole = Math.round(value);
  return whole - value === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
}

/** @param {Size} photo @returns {Box} */
function wholeBox({ width, height }) {
  return { left: 0, top: 0, right: width, bottom: height };
}

/** @param {Size} photo @param {Size} input @returns {Box} */
function centreBox({ width, height }, input) {
  const scale = Math.max(input.height / CROP / height, input.width / CROP / width);
  const wide = round(width * scale);
  const high = round(height * scale);
  const left = Math.floor((wide - input.width) / 2);
  const top = Math.floor((high - input.height) / 2);
  const across = width / wide;
  const down = height / high;
  return {
    left: left * across,
    top: top * down,
    right: (left + input.width) * across,
    bottom: (top + input.height) * down,
  };
}

/**
 * @param {Size} photo
 * @param {Size} input
 * @param {import('../../contract').OnDevice['fit']} fit
 * @returns {Box[]} of the views whose probabilities are averaged
 */
function boxesOf(photo, input, fit) {
  if (fit === 'crop') return [centreBox(photo, input)];
  return fit === 'squash' ? [wholeBox(photo)] : [wholeBox(photo), centreBox(photo, input)];
}

/** @param {number} x  distance from the centre, 1 where the filter ends @returns {number} */
function hamming(x) {
  if (x === 0) return 1;
  const angle = Math.PI * x;
  return Math.abs(x) >= 1 ? 0 : (Math.sin(angle) / angle) * (0.54 + 0.46 * Math.cos(angle));
}

/**
 * @param {number} size  pixels that there are
 * @param {number} from  of them
 * @param {number} to
 * @param {number} wanted  pixels
 * @returns {{first: number, weights: number[]}[]} for each pixel that is wanted: the first that it is made of, and their shares
 */
function shares(size, from, to, wanted) {
  const scale = (to - from) / wanted;
  const reach = Math.max(scale, 1);
  return Array.from({ length: wanted }, (_, index) => {
    const centre = from + (index + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(size, Math.trunc(centre + reach + 0.5));
    const weights = Array.from({ length: end - first }, (_, at) => hamming((at + first - centre + 0.5) / reach));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/**
 * @param {Pixels} pixels
 * @param {Box} box  in them
 * @param {Size} input
 * @returns {Float32Array} 0 to 255: all of red, then green, then blue
 */
function resized({ data, width, height }, box, input) {
  const columns = shares(width, box.left, box.right, input.width);
  const rows = shares(height, box.top, box.bottom, input.height);
  const plane = input.width * input.height;
  const planes = new Float32Array(3 * plane);
  for (let channel = 0; channel < 3; channel += 1) {
    // Both passes round to whole numbers, as on the server.
    const narrow = new Uint8ClampedArray(input.width * height);
    columns.forEach(({ first, weights }, x) => {
      for (let y = 0; y < height; y += 1) {
        const start = 4 * (y * width + first) + channel;
        narrow[y * input.width + x] = weighted(data, start, 4, weights);
      }
    });
    const values = new Uint8ClampedArray(plane);
    rows.forEach(({ first, weights }, y) => {
      for (let x = 0; x < input.width; x += 1) {
        values[y * input.width + x] = weighted(narrow, first * input.width + x, input.width, weights);
      }
    });
    planes.set(values, channel * plane);
  }
  return planes;
}

/**
 * @param {Uint8ClampedArray} data
 * @param {number} start
 * @param {number} step
 * @param {number[]} weights
 * @returns {number}
 */
function weighted(data, start, step, weights) {
  let sum = 0;
  for (let at = 0; at < weights.length; at += 1) sum += (weights[at] ?? 0) * (data[start + at * step] ?? 0);
  return sum;
}

module.exports = { boxesOf, resized };

// @ts-check
const { platformTask } = require('../http/task');
const { wxPromise } = require('../device/wx-promise');
const { fileSize } = require('../device/file-size');
const { isWeakNetwork } = require('../device/network');

/**
 * @typedef {object} Form  of a photo
 * @property {number} shortSide  pixels that the short side may have
 * @property {number} longSide  pixels that the long side may have, unless the short side would be below FLOOR
 * @property {number} quality  of JPEG, 0 to 100
 * @property {number} bytes  up to which a photo with so few pixels stays as it is
 */

/** Models use fewer pixels, and the rest costs data and time. */
const LONG_SIDE = 1440;
const BYTES = 1.5 * 1024 * 1024;
/**
 * Pixels that the short side keeps, however long the other one is: a model crops a square of the short side,
 * or sees the whole at some 224 pixels in each direction.
 */
const FLOOR = 256;

/** @type {Form} */
const USUAL = { shortSide: Infinity, longSide: LONG_SIDE, quality: 80, bytes: BYTES };
/** `python -m tests.bench.upload_size` measures what it keeps. @type {Form} */
const ON_WEAK_NETWORK = { shortSide: 512, longSide: LONG_SIDE, quality: 85, bytes: 100 * 1024 };

/**
 * From the best to the last that is worth sending; the same bench measures them.
 *
 * @type {Form[]}
 */
const SMALLER_AND_SMALLER = [
  ON_WEAK_NETWORK,
  ...[
    [448, 85],
    [384, 85],
    [320, 80],
    [256, 80],
    [224, 70],
    [160, 60],
  ].map(([shortSide = 0, quality = 0]) => ({ ...ON_WEAK_NETWORK, shortSide, quality })),
];

/** Milliseconds, then the original is sent. */
const TIME_LIMIT = 8000;

/**
 * @param {{width: number, height: number}} size  pixels
 * @param {Form} form
 * @returns {number} at most 1: nothing is enlarged
 */
function scaleFor({ width, height }, { shortSide, longSide }) {
  const short = Math.min(width, height);
  const wanted = Math.min(shortSide / short, longSide / Math.max(width, height));
  return Math.min(1, Math.max(wanted, Math.min(shortSide, FLOOR) / short));
}

/**
 * @param {string} path
 * @param {{width: number, height: number}} size  pixels
 * @param {Form} form
 * @returns {Promise<string>} of a new file
 */
async function compress(path, size, form) {
  const scale = scaleFor(size, form);
  const width = scale < 1 ? { compressedWidth: Math.max(1, Math.round(size.width * scale)) } : {};
  return (await wxPromise(wx.compressImage, { src: path, quality: form.quality, ...width })).tempFilePath;
}

/**
 * @param {string} path
 * @param {Form} form
 * @returns {Promise<string>} of the smaller file, or `path`
 */
async function smaller(path, form) {
  const [info, bytes] = await Promise.all([wxPromise(wx.getImageInfo, { src: path }), fileSize(path)]);
  const scale = scaleFor(info, form);
  if (scale >= 1 && bytes <= form.bytes) return path;
  // iOS compresses JPEG only; the result for other formats is undefined.
  if (wx.getDeviceInfo().platform === 'ios' && info.type !== 'jpeg') return path;
  const tempFilePath = await compress(path, info, form);
  const after = await fileSize(tempFilePath);
  return after > 0 && after < bytes ? tempFilePath : path;
}

/**
 * @param {string} path
 * @param {number} most  bytes
 * @returns {Promise<string>} of a file with at most so many bytes; `path` if the phone makes none
 */
async function below(path, most) {
  const [info, bytes] = await Promise.all([wxPromise(wx.getImageInfo, { src: path }), fileSize(path)]);
  if (bytes <= most) return path;
  for (const form of SMALLER_AND_SMALLER) {
    const smallerPath = await compress(path, info, form);
    const after = await fileSize(smallerPath);
    if (after > 0 && after <= most) return smallerPath;
  }
  return path;
}

/**
 * @param {string} path
 * @param {(path: string) => Promise<string>} reduce
 * @returns {import('../http/task').Task<string>} what `reduce` gives; `path` if it fails or takes too long
 */
function inTime(path, reduce) {
  return platformTask((resolve) => {
    const late = setTimeout(() => resolve(path), TIME_LIMIT);
    // If the phone cannot read it, such as HEIC, the server can.
    void reduce(path)
      .catch(() => path)
      .then(resolve)
      .then(() => clearTimeout(late));
    return { abort: () => clearTimeout(late) };
  });
}

/**
 * Compresses a large photo, if the phone can.
 *
 * @param {string} path
 * @returns {import('../http/task').Task<string>} path of the file to keep; `path` if compression gains nothing
 */
function compressed(path) {
  return inTime(path, (photo) => smaller(photo, USUAL));
}

/**
 * Compresses a photo further if the way to the server takes only so many bytes, or if the connection is weak.
 *
 * @param {string} path
 * @param {number} most  bytes; Infinity for as many as there are
 * @returns {import('../http/task').Task<string>} path of the file to send; `path` if compression gains nothing
 */
function compressedToSend(path, most) {
  return inTime(path, async (photo) => {
    if (most < Infinity) return below(photo, most);
    return (await isWeakNetwork()) ? smaller(photo, ON_WEAK_NETWORK) : photo;
  });
}

module.exports = { compressed, compressedToSend, BYTES, FLOOR, LONG_SIDE };

// @ts-check
const { platformTask } = require('../http/task');
const { wxPromise } = require('../device/wx-promise');
const { fileSize } = require('../device/file-size');

/** Pixels on the long side, and bytes: models use fewer pixels, and the rest costs data and time. */
const LONG_SIDE = 1440;
const BYTES = 1.5 * 1024 * 1024;
/** Of JPEG, 0 to 100. */
const QUALITY = 80;
/** Milliseconds, then the original is sent. */
const TIME_LIMIT = 8000;

/**
 * @param {string} path
 * @returns {Promise<string>} of the smaller file, or `path`
 */
async function smaller(path) {
  const [{ width, height, type }, bytes] = await Promise.all([wxPromise(wx.getImageInfo, { src: path }), fileSize(path)]);
  const scale = LONG_SIDE / Math.max(width, height);
  if (scale >= 1 && bytes <= BYTES) return path;
  // iOS compresses JPEG only; the result for other formats is undefined.
  if (wx.getDeviceInfo().platform === 'ios' && type !== 'jpeg') return path;
  const size = scale < 1 ? { compressedWidth: Math.round(width * scale) } : {};
  const { tempFilePath } = await wxPromise(wx.compressImage, { src: path, quality: QUALITY, ...size });
  const after = await fileSize(tempFilePath);
  return after > 0 && after < bytes ? tempFilePath : path;
}

/**
 * Compresses a large photo, if the phone can.
 *
 * @param {string} path
 * @returns {import('../http/task').Task<string>} path of the file to send; `path` if compression gains nothing
 */
function compressed(path) {
  return platformTask((resolve) => {
    const late = setTimeout(() => resolve(path), TIME_LIMIT);
    // If the phone cannot read it, such as HEIC, the server can.
    void smaller(path)
      .catch(() => path)
      .then(resolve)
      .then(() => clearTimeout(late));
    return { abort: () => clearTimeout(late) };
  });
}

module.exports = { compressed, LONG_SIDE, BYTES };

// @ts-check
const { platformTask } = require('../http/task');
const { wxPromise } = require('../device/wx-promise');
const { fileSize } = require('../device/file-size');

/** Pixels on the long side, and bytes: models use fewer pixels, and the rest costs data and time. */
const LONG_SIDE = 1440;
const BYTES = 1.5 * 1024 * 1024;
/** Of JPEG, 0 to 100. */
const QUALITY = 80;
/** Milliseconds after which the photo goes as it is. */
const TIME_LIMIT = 8000;

/**
 * @param {string} path
 * @returns {Promise<string>} of the smaller file, or of the same
 */
async function smaller(path) {
  const [{ width, height, type }, bytes] = await Promise.all([wxPromise(wx.getImageInfo, { src: path }), fileSize(path)]);
  const scale = LONG_SIDE / Math.max(width, height);
  if (scale >= 1 && bytes <= BYTES) return path;
  // There only JPEG is compressed; of another format WeChat makes what it likes.
  if (wx.getDeviceInfo().platform === 'ios' && type !== 'jpeg') return path;
  const size = scale < 1 ? { compressedWidth: Math.round(width * scale) } : {};
  const { tempFilePath } = await wxPromise(wx.compressImage, { src: path, quality: QUALITY, ...size });
  const after = await fileSize(tempFilePath);
  return after > 0 && after < bytes ? tempFilePath : path;
}

/**
 * A photo as it is worth sending: a large one made smaller where the phone can do that.
 *
 * @param {string} path
 * @returns {import('../http/task').Task<string>} path of what to send; the same where nothing is gained
 */
function compressed(path) {
  return platformTask((resolve) => {
    const late = setTimeout(() => resolve(path), TIME_LIMIT);
    // HEIC that the phone cannot read is read by the server.
    void smaller(path)
      .catch(() => path)
      .then(resolve)
      .then(() => clearTimeout(late));
    return { abort: () => clearTimeout(late) };
  });
}

module.exports = { compressed, LONG_SIDE, BYTES };

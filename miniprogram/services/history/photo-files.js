// @ts-check
const { fileSize } = require('../device/file-size');
const { photoFolder } = require('../device/photo-folder');
const { wxPromise } = require('../device/wx-promise');

/**
 * Photo files of past results: each photo and a small copy for lists, in one folder.
 *
 * @typedef {object} Kept
 * @property {string} file  name of the photo
 * @property {string} small  name of the small copy; '' if it could not be made
 * @property {number} bytes  of both
 */

/** Pixels; twice the width in a list, for high-density screens. */
const SMALL_WIDTH = 320;
const SMALL_QUALITY = 75;

const folder = photoFolder('history');

/**
 * @param {string} path  JPEG, PNG, …
 * @returns {string} such as `.jpg`; '' if there is none
 */
function suffixOf(path) {
  const [suffix = ''] = /\.[a-z0-9]{2,5}$/i.exec(path) || [];
  return suffix.toLowerCase();
}

/**
 * Copies a photo from temporary to permanent files.
 *
 * @param {string} path  temporary file
 * @param {string} id  of the result
 * @returns {Promise<Kept>}
 * @throws {{errMsg: string}} of the platform
 */
async function keepPhoto(path, id) {
  const file = id + suffixOf(path);
  await folder.copy(path, file);
  const small = await keepSmall(path, `${id}-small.jpg`).catch(() => '');
  const sizes = [await fileSize(folder.path(file)), small ? await fileSize(folder.path(small)) : 0];
  return { file, small, bytes: sizes.reduce((sum, size) => sum + size) };
}

/**
 * @param {string} path
 * @param {string} name
 * @returns {Promise<string>} the name
 * @throws {{errMsg: string}} of the platform
 */
async function keepSmall(path, name) {
  const { tempFilePath } = await wxPromise(wx.compressImage, {
    src: path,
    quality: SMALL_QUALITY,
    compressedWidth: SMALL_WIDTH,
  });
  await folder.copy(tempFilePath, name);
  return name;
}

/**
 * @param {{file: string, small: string}} names
 * @returns {Promise<unknown>} fulfilled even if there are no such files
 */
function dropPhoto({ file, small }) {
  return Promise.all([file, small].filter(Boolean).map(folder.drop));
}

/**
 * Whether a file did not fit: beyond 200 MB for all files of a mini-program, or on a full phone.
 *
 * @param {unknown} error  the platform's `{errMsg}`
 * @returns {boolean}
 */
function isNoRoom(error) {
  return /exceed|limit|space|full/i.test(String(/** @type {{errMsg?: string}} */ (error).errMsg));
}

module.exports = {
  photoPath: folder.path,
  photosSize: folder.size,
  /** Removes files without a result: copies that were made just before the mini-program was killed. */
  sweepPhotos: folder.sweep,
  keepPhoto,
  dropPhoto,
  isNoRoom,
  suffixOf,
};

// @ts-check
const { fileSize } = require('../device/file-size');
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

/** @returns {string} */
function folder() {
  return `${wx.env.USER_DATA_PATH}/history`;
}

/**
 * @param {string} name  as returned by `keepPhoto`
 * @returns {string} path for an image, an upload or the album
 */
function photoPath(name) {
  return `${folder()}/${name}`;
}

/** @returns {WechatMiniprogram.FileSystemManager} */
function files() {
  return wx.getFileSystemManager();
}

/** @returns {Promise<unknown>} when the folder exists */
function makeFolder() {
  return wxPromise((options) => files().mkdir(options), { dirPath: folder(), recursive: true }).catch(() => {});
}

/**
 * @param {string} path  JPEG, PNG, …
 * @returns {string} such as `.jpg`; '' if there is none
 */
function suffixOf(path) {
  const [suffix = ''] = /\.[a-z0-9]{2,5}$/i.exec(path) || [];
  return suffix.toLowerCase();
}

/**
 * @param {string} path
 * @param {string} name
 * @returns {Promise<unknown>}
 * @throws {{errMsg: string}} of the platform
 */
function copy(path, name) {
  return wxPromise((options) => files().copyFile(options), { srcPath: path, destPath: photoPath(name) });
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
  await makeFolder();
  await copy(path, file);
  const small = await keepSmall(path, `${id}-small.jpg`).catch(() => '');
  const sizes = [await fileSize(photoPath(file)), small ? await fileSize(photoPath(small)) : 0];
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
  await copy(tempFilePath, name);
  return name;
}

/**
 * @param {string} name
 * @returns {Promise<unknown>} fulfilled even if there is no such file
 */
function drop(name) {
  return wxPromise((options) => files().unlink(options), { filePath: photoPath(name) }).catch(() => {});
}

/**
 * @param {{file: string, small: string}} names
 * @returns {Promise<unknown>} fulfilled even if there are no such files
 */
function dropPhoto({ file, small }) {
  return Promise.all([file, small].filter(Boolean).map(drop));
}

/** @returns {Promise<string[]>} of all photo files */
function names() {
  return wxPromise((options) => files().readdir(options), { dirPath: folder() }).then(
    (answer) => answer.files,
    () => []
  );
}

/**
 * Removes files without a result: copies that were made just before the mini-program was killed.
 *
 * @param {ReadonlySet<string>} spared  names of the files that stay
 * @returns {Promise<unknown>}
 */
async function sweepPhotos(spared) {
  return Promise.all((await names()).filter((name) => !spared.has(name)).map(drop));
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

/** @returns {Promise<number>} bytes of all photo files */
async function photosSize() {
  const sizes = await Promise.all((await names()).map((name) => fileSize(photoPath(name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

module.exports = { photoPath, photosSize, keepPhoto, dropPhoto, sweepPhotos, isNoRoom };

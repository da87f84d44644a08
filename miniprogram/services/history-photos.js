// @ts-check
const { promised } = require('./promised');

/** The files of past results: one photo each, in a folder of their own. */

/** @returns {string} */
function folder() {
  return `${wx.env.USER_DATA_PATH}/history`;
}

/**
 * @param {string} name  as `keepPhoto` gave it
 * @returns {string} path for an image, an upload or the album
 */
function photoPath(name) {
  return `${folder()}/${name}`;
}

/** @returns {WechatMiniprogram.FileSystemManager} */
function files() {
  return wx.getFileSystemManager();
}

/** @returns {Promise<unknown>} when the folder is there, new or old */
function makeFolder() {
  return promised((options) => files().mkdir(options), { dirPath: folder(), recursive: true }).catch(() => {});
}

/**
 * @param {string} path
 * @returns {Promise<number>} bytes; 0 where there is no such file
 */
function sizeOf(path) {
  return promised((options) => files().stat(options), { path }).then(
    ({ stats }) => /** @type {WechatMiniprogram.Stats} */ (stats).size,
    () => 0
  );
}

/**
 * @param {string} path  JPEG, PNG, …
 * @returns {string} `.jpg` and the like; '' where the name has none
 */
function suffixOf(path) {
  const [suffix = ''] = /\.[a-z0-9]{2,5}$/i.exec(path) || [];
  return suffix.toLowerCase();
}

/**
 * Copies a photo to where it outlives the session.
 *
 * @param {string} path  temporary file
 * @param {string} id  of the result
 * @returns {Promise<string>} name of the copy
 * @throws {{errMsg: string}} of the platform
 */
async function keepPhoto(path, id) {
  const name = id + suffixOf(path);
  await makeFolder();
  await promised((options) => files().copyFile(options), { srcPath: path, destPath: photoPath(name) });
  return name;
}

/**
 * @param {string} name
 * @returns {Promise<unknown>} fulfilled also where there was no such file
 */
function dropPhoto(name) {
  return promised((options) => files().unlink(options), { filePath: photoPath(name) }).catch(() => {});
}

/**
 * Removes what no result speaks of: copies that were made just before the phone went off.
 *
 * @param {ReadonlySet<string>} names  of the photos that stay
 * @returns {Promise<unknown>}
 */
async function sweepPhotos(names) {
  /** @type {string[]} */
  const there = await promised((options) => files().readdir(options), { dirPath: folder() }).then(
    (answer) => answer.files,
    () => []
  );
  return Promise.all(there.filter((name) => !names.has(name)).map(dropPhoto));
}

/**
 * Whether there was no room for a file: 200 MB for all files of a mini-program, or the phone itself is full.
 *
 * @param {unknown} error  the platform's `{errMsg}`
 * @returns {boolean}
 */
function isNoRoom(error) {
  return /exceed|limit|space|full/i.test(String(/** @type {{errMsg?: string}} */ (error).errMsg));
}

module.exports = { photoPath, sizeOf, keepPhoto, dropPhoto, sweepPhotos, isNoRoom };

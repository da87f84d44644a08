// @ts-check
const { fileSize } = require('./file-size');
const { wxPromise } = require('./wx-promise');

/**
 * A folder of photos among the mini-program's permanent files.
 *
 * @typedef {object} PhotoFolder
 * @property {(name: string) => string} path  for an image, an upload or the album
 * @property {(source: string, name: string) => Promise<unknown>} copy  of a file into the folder; rejects with the platform's `{errMsg}`
 * @property {(source: string, name: string) => Promise<void>} move  the same, and the source is gone if the platform allows that
 * @property {(name: string) => Promise<unknown>} drop  fulfilled even if there is no such file
 * @property {() => Promise<string[]>} names  of all files
 * @property {(spared: ReadonlySet<string>) => Promise<unknown>} sweep  drops all files but these
 * @property {() => Promise<number>} size  bytes of all files
 */

/** @returns {WechatMiniprogram.FileSystemManager} */
function files() {
  return wx.getFileSystemManager();
}

/**
 * @param {string} name  of the folder
 * @returns {PhotoFolder} the folder is made by the first copy
 */
function photoFolder(name) {
  const folder = () => `${wx.env.USER_DATA_PATH}/${name}`;
  const path = (/** @type {string} */ file) => `${folder()}/${file}`;

  const make = () =>
    wxPromise((options) => files().mkdir(options), { dirPath: folder(), recursive: true }).catch(() => {});

  const drop = (/** @type {string} */ file) =>
    wxPromise((options) => files().unlink(options), { filePath: path(file) }).catch(() => {});

  /** @returns {Promise<string[]>} */
  const names = () =>
    wxPromise((options) => files().readdir(options), { dirPath: folder() }).then(
      (answer) => answer.files,
      () => []
    );

  const copy = async (/** @type {string} */ source, /** @type {string} */ file) => {
    await make();
    return wxPromise((options) => files().copyFile(options), { srcPath: source, destPath: path(file) });
  };

  return {
    path,
    drop,
    names,
    copy,
    async move(source, file) {
      try {
        await copy(source, file);
      } finally {
        await wxPromise((options) => files().unlink(options), { filePath: source }).catch(() => {});
      }
    },
    async sweep(/** @type {ReadonlySet<string>} */ spared) {
      const gone = (await names()).filter((/** @type {string} */ file) => !spared.has(file));
      return Promise.all(gone.map(drop));
    },
    async size() {
      const sizes = await Promise.all((await names()).map((/** @type {string} */ file) => fileSize(path(file))));
      return sizes.reduce((sum, size) => sum + size, 0);
    },
  };
}

module.exports = { photoFolder };

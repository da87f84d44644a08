// @ts-check
const { wxPromise } = require('./wx-promise');

/**
 * @param {string} path
 * @returns {Promise<number>} bytes; 0 if there is no such file
 */
function fileSize(path) {
  return wxPromise((options) => wx.getFileSystemManager().stat(options), { path }).then(
    ({ stats }) => /** @type {WechatMiniprogram.Stats} */ (stats).size,
    () => 0
  );
}

module.exports = { fileSize };

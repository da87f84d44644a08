// @ts-check
const { asFailure, failure } = require('../http/failure');
const { download } = require('../http/client');
const { readEcho } = require('./schema');
const { resolveAgainst } = require('../server/url');
const { sendPhoto } = require('./send-photo');
const { sequence } = require('../http/task');

/**
 * @typedef {object} EchoedPhoto
 * @property {string} path  temporary file, image/jpeg
 * @property {number} width  pixels
 * @property {number} height  pixels
 */

/**
 * Fetches the photo as the server decodes it: upright, without metadata. Two requests, because
 * wx.uploadFile cannot receive a picture.
 *
 * @param {string} address  of the server
 * @param {string} filePath  the photo
 * @returns {import('../http/task').Task<EchoedPhoto>}
 */
function echo(address, filePath) {
  const header = { Accept: 'application/json' };
  return sequence(async (run) => {
    const { url, width, height } = readEcho(await run(() => sendPhoto({ path: '/image', filePath, header })));
    const path = await run(() => download(resolveAgainst(address, url))).catch((thrown) => {
      const problem = asFailure(thrown);
      throw problem.kind === 'not-found' ? failure('image-not-found') : problem;
    });
    return { path, width, height };
  });
}

module.exports = { echo };

// @ts-check
const { authorised } = require('./authorised');
const { compressedToSend } = require('./compress');
const { largestPhoto, upload } = require('../http/client');
const { sequence } = require('../http/task');

/**
 * @typedef {import('./authorised').Wait} Wait
 *
 * @typedef {object} Sending
 * @property {string} path  such as /predict
 * @property {string} filePath  the photo
 * @property {Record<string, string>} [header]
 * @property {Record<string, string>} [formData]
 * @property {(percent: number) => void} [onProgress]  0 to 100, of the bytes sent; starts again with each attempt
 * @property {(wait: Wait) => void} [onWaiting]  the server is busy; called each second until the next attempt
 */

/**
 * Sends one photo to the server in use, as `authorised` sends any request, in a form that suits the connection.
 *
 * @param {Sending} sending
 * @returns {import('../http/task').Task<any>} the body of a 200, text or object
 */
function sendPhoto({ path, filePath, header = {}, formData = {}, onProgress = () => {}, onWaiting }) {
  let photo = '';
  return authorised(
    (server, login) =>
      sequence(async (run) => {
        onProgress(0);
        photo = photo || (await run(() => compressedToSend(filePath, largestPhoto(server))));
        return run(() =>
          upload({ url: server + path, filePath: photo, header: { ...header, ...login }, formData, onProgress })
        );
      }),
    onWaiting
  );
}

module.exports = { sendPhoto };

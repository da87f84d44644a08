// @ts-check
const { compressed } = require('../../services/api/compress');
const { recognise } = require('../../services/api/recognise');
const { sequence } = require('../../services/http/task');

/**
 * @typedef {object} Arrival
 * @property {string} photo  path of what was sent
 * @property {import('../../contract').Predictions} answer
 */

/**
 * The way of one photo: made smaller, sent, recognised.
 *
 * @param {string} path
 * @param {import('../../services/api/recognise').RecogniseListener} listener
 * @returns {import('../../services/http/task').Task<Arrival>}
 */
function journey(path, listener) {
  return sequence(async (run) => {
    const photo = await run(() => compressed(path));
    const answer = await run(() => recognise(photo, listener));
    return { photo, answer };
  });
}

module.exports = { journey };

// @ts-check
const { compressed } = require('../../services/compress');
const { recognise } = require('../../services/recognise');
const { sequence } = require('../../services/task');

/**
 * @typedef {object} Arrival
 * @property {string} photo  path of what was sent
 * @property {import('../../contract').Predictions} answer
 */

/**
 * The way of one photo: made smaller, sent, recognised.
 *
 * @param {string} path
 * @param {import('../../services/recognise').RecogniseListener} listener
 * @returns {import('../../services/task').Task<Arrival>}
 */
function journey(path, listener) {
  return sequence(async (run) => {
    const photo = await run(() => compressed(path));
    const answer = await run(() => recognise(photo, listener));
    return { photo, answer };
  });
}

module.exports = { journey };

// @ts-check
const { inLanguage } = require('../../../services/text/display-names');

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} name  in the language of the person
 * @property {string} other  in the other language; '' where it is the same
 * @property {string} percent  as it is read
 * @property {number} width  of the bar in percent of its track
 */

/** Names on the page; the server may send more. */
const ROWS = 5;

/**
 * @param {number} probability  0 to 1
 * @returns {string} percent with one decimal place; never 0.0 or a 100 that is not reached
 */
function percentText(probability) {
  if (probability > 0 && probability < 0.001) return '<0.1%';
  if (probability < 1 && probability >= 0.9995) return '>99.9%';
  return `${(probability * 100).toFixed(1)}%`;
}

/**
 * The most probable classes as the page shows them.
 *
 * @param {import('../../../contract').Prediction[]} predictions  most probable first
 * @returns {Row[]}
 */
function rowsOf(predictions) {
  return predictions.slice(0, ROWS).map(({ id, name, probability }) => ({
    id,
    ...inLanguage(name),
    percent: percentText(probability),
    width: Math.round(probability * 1000) / 10,
  }));
}

module.exports = { rowsOf, percentText };

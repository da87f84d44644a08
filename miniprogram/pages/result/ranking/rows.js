// @ts-check
const { inLanguage } = require('../../../services/text/display-names');

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} name  in the user's language
 * @property {string} other  in the other language; '' if it is the same
 * @property {string} percent  as text
 * @property {number} width  of the bar in percent of its track
 * @property {boolean} taught  whether it is a thing that the user taught
 */

/** Rows on the page; the server may send more. */
const ROWS = 5;

/**
 * @param {number} probability  0 to 1
 * @returns {string} percent with one decimal; never rounded to 0.0 or 100.0
 */
function percentText(probability) {
  if (probability > 0 && probability < 0.001) return '<0.1%';
  if (probability < 1 && probability >= 0.9995) return '>99.9%';
  return `${(probability * 100).toFixed(1)}%`;
}

/**
 * Rows of the most probable classes.
 *
 * @param {import('../../../contract').Prediction[]} predictions  most probable first
 * @returns {Row[]}
 */
function rowsOf(predictions) {
  return predictions.slice(0, ROWS).map(({ id, name, probability, taught = false }) => ({
    id,
    ...inLanguage(name),
    percent: percentText(probability),
    width: Math.round(probability * 1000) / 10,
    taught,
  }));
}

module.exports = { rowsOf, percentText };

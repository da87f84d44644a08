// @ts-check
const { fill, texts } = require('../../../texts/texts');
const { inLanguage } = require('../../../services/text/display-names');
const { isKnownClass } = require('../../../services/text/class-names');

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} name  in the user's language
 * @property {string} other  in the other language; '' if it is the same
 * @property {string} percent  as text
 * @property {number} width  of the bar in percent of its track
 * @property {boolean} taught  whether it is a thing that the user taught
 * @property {string} cardLabel  of the button that leads to its card, for a screen reader; '' if it has none
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
  const { info } = texts().card;
  return predictions.slice(0, ROWS).map(({ id, name, probability, taught = false }) => {
    const names = inLanguage(name);
    const cardLabel = isKnownClass(id) ? fill(info, { name: names.name }) : '';
    const width = Math.round(probability * 1000) / 10;
    return { id, ...names, percent: percentText(probability), width, taught, cardLabel };
  });
}

module.exports = { rowsOf, percentText };

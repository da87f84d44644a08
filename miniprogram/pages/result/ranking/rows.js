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
 * @property {'likely' | 'unlikely' | 'negligible'} likelihood
 * @property {boolean} taught  whether it is a thing that the user taught
 * @property {string} cardLabel  of the button that leads to its card, for a screen reader; '' if it has none
 */

/** Rows on the page; the server may send more. */
const ROWS = 5;
/** Probability below which a guess is folded away. */
const LIKELY = 0.05;
/** Probability below which a guess is not shown: nobody can tell it from chance. */
const UNLIKELY = 0.01;

/**
 * @param {number} probability  0 to 1
 * @returns {string} whole percent; never rounded to 0 or 100
 */
function percentText(probability) {
  if (probability > 0 && probability < UNLIKELY) return '<1%';
  if (probability < 1 && probability >= 0.995) return '>99%';
  return `${Math.round(probability * 100)}%`;
}

/**
 * @param {number} probability  0 to 1
 * @param {number} index  the most probable is 0, and always shown
 * @returns {Row['likelihood']}
 */
function likelihoodOf(probability, index) {
  if (index === 0 || probability >= LIKELY) return 'likely';
  return probability >= UNLIKELY ? 'unlikely' : 'negligible';
}

/**
 * Rows of the most probable classes.
 *
 * @param {import('../../../contract').Prediction[]} predictions  most probable first
 * @returns {Row[]}
 */
function rowsOf(predictions) {
  const { info } = texts().card;
  return predictions.slice(0, ROWS).map(({ id, name, probability, taught = false }, index) => {
    const names = inLanguage(name);
    return {
      id,
      ...names,
      percent: percentText(probability),
      width: Math.round(probability * 1000) / 10,
      likelihood: likelihoodOf(probability, index),
      taught,
      cardLabel: isKnownClass(id) ? fill(info, { name: names.name }) : '',
    };
  });
}

module.exports = { rowsOf, percentText };

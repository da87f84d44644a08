// @ts-check
const { fill, texts } = require('../../texts/texts');
const { namesOf } = require('../../services/text/display-names');
const { rowsOf } = require('./ranking/rows');

/** @typedef {import('../../services/history/history').Entry} Entry */

/**
 * The caption of a saved or shared photo.
 *
 * @param {Entry} entry
 * @returns {import('../../services/text/caption').Caption}
 */
function captionOf(entry) {
  const { mark, maybeName } = texts().result;
  const [first] = rowsOf(entry.predictions);
  const names = namesOf(entry);
  if (entry.corrected && names) return { name: names.name, detail: names.other, percent: '', mark };
  const { name = '', other = '', percent = '' } = first || {};
  return { name: names ? name : fill(maybeName, { name }), detail: other, percent, mark };
}

/**
 * @param {Entry} entry
 * @returns {string} title of a shared result
 */
function questionOf(entry) {
  const { shareTitle, shareUnsure } = texts().result;
  const names = namesOf(entry);
  return names ? fill(shareTitle, { name: names.name }) : shareUnsure;
}

/**
 * Matches a typed name with the predicted classes.
 *
 * @param {Entry} entry
 * @param {string} text
 * @returns {import('../../contract').Prediction | string}
 */
function classCalled({ predictions }, text) {
  const plain = (/** @type {string} */ name) => name.replace(/\s+/g, ' ').trim().toLowerCase();
  const called = predictions.find(({ name }) => [name.zh, name.en].map(plain).includes(plain(text)));
  return called || text;
}

module.exports = { captionOf, questionOf, classCalled };

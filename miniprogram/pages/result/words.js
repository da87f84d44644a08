// @ts-check
const { fill, texts } = require('../../texts/texts');
const { inLanguage, isUnsure, namesOf } = require('../../services/text/display-names');
const { rowsOf } = require('./ranking/rows');

/** @typedef {import('../../services/history/history').Entry} Entry */

/**
 * The caption of a saved or shared photo.
 *
 * @param {Pick<Entry, 'predictions' | 'confident' | 'kind' | 'corrected'>} entry
 * @returns {import('../../services/text/caption').Caption}
 */
function captionOf(entry) {
  const { mark, maybeName } = texts().result;
  const [first] = rowsOf(entry.predictions);
  const names = namesOf(entry);
  if (entry.corrected && names) return { name: names.name, detail: names.other, percent: '', mark };
  const { name = '', other = '', percent = '' } = first || {};
  if (!isUnsure(entry)) return { name, detail: other, percent, mark };
  const maybe = fill(maybeName, { name });
  return names ? { name: names.name, detail: maybe, percent, mark } : { name: maybe, detail: other, percent, mark };
}

/**
 * What is said in place of a name that the model is not confident of.
 *
 * @param {Pick<Entry, 'kind'>} entry
 * @returns {{title: string, sentence: string}}
 */
function unsureOf({ kind }) {
  const { kindSentence, kindTitle, unsureSentence, unsureTitle } = texts().result;
  if (!kind) return { title: unsureTitle, sentence: unsureSentence };
  return { title: fill(kindTitle, { kind: inLanguage(kind.name).name }), sentence: kindSentence };
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

module.exports = { captionOf, unsureOf, classCalled };

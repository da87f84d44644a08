// @ts-check
const { speaksChinese } = require('../../texts/texts');

/**
 * Names of results in the user's language.
 *
 * @typedef {import('../history/history').Entry} Entry
 * @typedef {{name: string, other: string}} Names  `other`: in the other language; '' if it is the same
 */

/**
 * @param {import('../../contract').Name} name
 * @returns {Names}
 */
function inLanguage(name) {
  const [large, small] = speaksChinese() ? [name.zh, name.en] : [name.en, name.zh];
  return { name: large, other: small === large ? '' : small };
}

/**
 * @param {Pick<Entry, 'corrected' | 'confident'>} entry
 * @returns {boolean} whether the model is not confident and the user gave no name either
 */
function isUnsure({ corrected, confident }) {
  return !corrected && !confident;
}

/**
 * @param {Pick<Entry, 'corrected' | 'confident' | 'kind' | 'predictions'>} entry
 * @returns {Names | null} the user's correction, else the first prediction if the model is confident, else the
 *   rough kind, else null
 */
function namesOf({ corrected, confident, kind, predictions }) {
  if (corrected) return inLanguage(corrected.name);
  const [first] = predictions;
  if (confident && first) return inLanguage(first.name);
  return kind && inLanguage(kind.name);
}

module.exports = { inLanguage, isUnsure, namesOf };

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
 * @param {Entry} entry
 * @returns {Names | null} the user's correction, else the first prediction if the model is confident, else null
 */
function namesOf({ corrected, confident, predictions }) {
  if (corrected) return inLanguage(corrected.name);
  const [first] = predictions;
  return confident && first ? inLanguage(first.name) : null;
}

module.exports = { inLanguage, namesOf };

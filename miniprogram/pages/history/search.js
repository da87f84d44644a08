// @ts-check

/**
 * Finds past results by the names that stand on them, in either language.
 *
 * @typedef {import('../../services/history/history').Entry} Entry
 */

const ACCENTS = /[\u0300-\u036f]/g;

/**
 * @param {string} text
 * @returns {string} without upper case, accents and full-width letters
 */
function folded(text) {
  return text.normalize('NFKD').replace(ACCENTS, '').toLowerCase();
}

/**
 * @param {Entry} entry
 * @returns {import('../../contract').Name[]} the user's correction; else the first prediction, and the rough kind if the
 *   model is not confident
 */
function namesOn({ corrected, confident, kind, predictions }) {
  if (corrected) return [corrected.name];
  const names = predictions.slice(0, 1).map(({ name }) => name);
  return kind && !confident ? [kind.name, ...names] : names;
}

/**
 * @param {string} query  as typed
 * @returns {(entry: Entry) => boolean} whether each word is part of a name; always true if there is no word
 */
function matcher(query) {
  const words = folded(query).split(/\s+/).filter(Boolean);
  return (entry) => {
    const names = namesOn(entry).map(({ en, zh }) => folded(`${en} ${zh}`)).join(' ');
    return words.every((word) => names.includes(word));
  };
}

module.exports = { matcher };

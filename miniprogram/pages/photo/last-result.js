// @ts-check
const { entries } = require('../../services/history/history');
const { namesOf } = require('../../services/text/display-names');
const { fill, texts } = require('../../texts/texts');

/**
 * The newest result as the page shows it.
 *
 * @typedef {object} LastResult
 * @property {string} id
 * @property {string} photo  path; the file may be gone
 * @property {string} name  '' where nobody is sure of one
 * @property {string} label  for a screen reader
 */

/** @returns {LastResult | null} null where there is none */
function lastResult() {
  const [entry] = entries();
  if (!entry) return null;
  const { name } = namesOf(entry) || { name: '' };
  const t = texts().capture;
  return { id: entry.id, photo: entry.small, name, label: name ? fill(t.lastLabel, { name }) : t.lastUnsureLabel };
}

module.exports = { lastResult };

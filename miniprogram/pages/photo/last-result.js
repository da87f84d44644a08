// @ts-check
const { entries } = require('../../services/history/history');
const { namesOf } = require('../../services/text/display-names');
const { fill, texts } = require('../../texts/texts');

/**
 * The newest result, for the button beside the shutter.
 *
 * @typedef {object} LastResult
 * @property {string} id
 * @property {string} photo  path; the file may be gone
 * @property {string} name  or the rough kind; '' if there is neither
 * @property {string} label  for a screen reader
 */

/** @returns {LastResult | null} null if there is none */
function lastResult() {
  const [entry] = entries();
  if (!entry) return null;
  const { name } = namesOf(entry) || { name: '' };
  const t = texts().capture;
  return { id: entry.id, photo: entry.small, name, label: name ? fill(t.lastLabel, { name }) : t.lastUnsureLabel };
}

module.exports = { lastResult };

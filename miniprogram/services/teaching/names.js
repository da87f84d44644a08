// @ts-check

/** Characters of a taught name; the server takes no more. */
const NAME_LETTERS = 60;

const LETTER = /[\p{L}\p{N}]/u;

/**
 * @param {string} typed
 * @returns {string} as the server gets it; '' if it has neither letters nor digits
 */
function taughtName(typed) {
  const name = typed.replace(/\s+/g, ' ').trim();
  return LETTER.test(name) ? name : '';
}

module.exports = { taughtName, NAME_LETTERS };

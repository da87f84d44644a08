// @ts-check

/**
 * Text that has to fit into a width, for canvases, which know no lines.
 *
 * @typedef {object} Fitted
 * @property {string[]} lines  1 or 2
 * @property {number} size  of the letters, pixels
 */

/** A letter of Chinese, or a word with the space after it. */
const PIECES = /[\p{Script=Han}，。？！、（）]|[^\s\p{Script=Han}，。？！、（）]+\s*|\s+/gu;

/**
 * @param {string} text
 * @param {number} width  pixels
 * @param {(text: string) => number} measure  pixels
 * @returns {string} the text, or as much of it as fits before `…`
 */
function shortened(text, width, measure) {
  if (measure(text) <= width) return text;
  const letters = [...text];
  while (letters.length > 1 && measure(`${letters.join('').trimEnd()}…`) > width) letters.pop();
  return `${letters.join('').trimEnd()}…`;
}

/**
 * @param {string} text
 * @param {number} width  pixels
 * @param {(text: string) => number} measure  pixels
 * @returns {[string, string]} what fits into one line, broken between words, and the rest
 */
function broken(text, width, measure) {
  let line = '';
  for (const piece of text.match(PIECES) || []) {
    if (measure((line + piece).trimEnd()) > width) break;
    line += piece;
  }
  return [line.trimEnd(), text.slice(line.length).trimStart()];
}

/**
 * One line where the text fits with letters of at least half the size, else two.
 *
 * @param {string} text
 * @param {number} width  pixels
 * @param {number} size  of the letters where there is room, pixels
 * @param {(text: string, size: number) => number} measure  pixels
 * @returns {Fitted}
 */
function fitLines(text, width, size, measure) {
  const natural = measure(text, size);
  if (natural <= width) return { lines: [text], size };
  if (natural * 0.6 <= width) return { lines: [text], size: (size * width) / natural };
  const small = size * 0.6;
  const measureSmall = (/** @type {string} */ part) => measure(part, small);
  const [first, rest] = broken(text, width, measureSmall);
  const lines = first === '' ? [text] : [first, rest];
  return { lines: lines.filter(Boolean).map((line) => shortened(line, width, measureSmall)), size: small };
}

module.exports = { fitLines, shortened };

// @ts-check

/**
 * Line breaking for canvases, which draw single lines only.
 *
 * @typedef {object} Fitted
 * @property {string[]} lines  1 or 2
 * @property {number} size  of the letters, pixels
 */

/** A Chinese character, or a word with the space after it. */
const PIECES = /[\p{Script=Han}，。？！、（）]|[^\s\p{Script=Han}，。？！、（）]+\s*|\s+/gu;

/**
 * @param {string} text
 * @param {number} width  pixels
 * @param {(text: string) => number} measure  pixels
 * @returns {string} the text, or as much of it as fits with `…`
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
 * @returns {[string, string]} the first line, broken between words, and the rest
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
 * Fits text into one line, reduced to at least 0.6 of the size, else into two lines of 0.6.
 *
 * @param {string} text
 * @param {number} width  pixels
 * @param {number} size  of the letters if the text is short, pixels
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

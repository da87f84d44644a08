import { transformSync } from 'esbuild';
import { CompileError } from './compile-error.js';

/**
 * Strict JSON with the line of the first fault, which `JSON.parse` does not tell.
 *
 * @param {string} text
 * @param {string} file
 * @returns {Record<string, any>}
 */
export function parseJson(text, file) {
  try {
    return JSON.parse(text);
  } catch (error) {
    const place = jsonFault(text);
    throw new CompileError(place?.text ?? error.message, file, place?.line, place?.column);
  }
}

/** @param {string} text @returns {{text: string, line: number, column: number} | undefined} */
function jsonFault(text) {
  try {
    transformSync(text, { loader: 'json', logLevel: 'silent' });
    return undefined;
  } catch (error) {
    const { text: message, location } = error.errors[0];
    return location && { text: message, line: location.line, column: location.column + 1 };
  }
}

/**
 * The line on which a key of a JSON object is written.
 *
 * @param {string} text
 * @param {string} key
 * @returns {number | undefined} 1-based
 */
export function lineOfKey(text, key) {
  const index = text.indexOf(`"${key}"`);
  return index < 0 ? undefined : text.slice(0, index).split('\n').length;
}

// @ts-check
const { responseFailure } = require('./problem');

/**
 * Ends a task by a response: any status but 200 is a failure.
 *
 * @template Result
 * @param {{statusCode: number, data?: unknown}} response
 * @param {Result} result  of a 200
 * @param {(result: Result) => void} resolve
 * @param {(reason: unknown) => void} reject
 */
function settle({ statusCode, data }, result, resolve, reject) {
  if (statusCode === 200) resolve(result);
  else reject(responseFailure(statusCode, data));
}

/**
 * The same for a part of a file.
 *
 * @param {{statusCode: number, header: Record<string, string>, data: unknown}} response  `data`: an ArrayBuffer, of problems too
 * @param {(result: import('./client').Part) => void} resolve
 * @param {(reason: unknown) => void} reject
 */
function settlePart({ statusCode, header, data }, resolve, reject) {
  const bytes = /** @type {ArrayBuffer} */ (data);
  if (statusCode === 200 || statusCode === 206) {
    const name = Object.keys(header).find((field) => field.toLowerCase() === 'etag');
    return resolve({ whole: statusCode === 200, etag: (name && header[name]) || '', data: bytes });
  }
  // What is read of a problem is ASCII, and the platform has no decoder.
  reject(responseFailure(statusCode, String.fromCharCode(...new Uint8Array(bytes))));
}

module.exports = { settle, settlePart };

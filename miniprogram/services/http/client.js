// @ts-check
const { cloud } = require('./cloud');
const { https } = require('./https');
const { parseCloud } = require('../server/url');

/**
 * Requests as tasks that reject any status but 200. The address of the server decides how they travel.
 *
 * @template Result
 * @typedef {import('./task').Task<Result>} Task
 */

/**
 * @typedef {object} Request
 * @property {string} url
 * @property {'GET' | 'POST' | 'PUT' | 'DELETE'} method  the platform has no PATCH
 * @property {Record<string, string>} [header]
 * @property {object} [data]  sent as JSON
 * @property {number} timeout  milliseconds
 *
 * @typedef {object} Upload
 * @property {string} url
 * @property {string} filePath  local file
 * @property {Record<string, string>} header
 * @property {Record<string, string>} formData  further fields
 * @property {(percent: number) => void} onProgress  0 to 100, of the bytes sent
 *
 * @typedef {object} Transport
 * @property {number} largestPhoto  bytes that `upload` takes
 * @property {(request: Request) => Task<unknown>} request  to the body of a 200
 * @property {(upload: Upload) => Task<any>} upload  of one photo, to the body of a 200, text or object
 * @property {(url: string, header: Record<string, string>) => Task<string>} download  to the path of a temporary file
 */

/**
 * @param {string} url  of a server, or of a route of one
 * @returns {Transport}
 */
function transportFor(url) {
  return parseCloud(url) ? cloud : https;
}

/** @param {Request} options @returns {Task<unknown>} the body of a 200 */
function request(options) {
  return transportFor(options.url).request(options);
}

/** @param {Upload} options @returns {Task<any>} the body of a 200, text or object */
function upload(options) {
  return transportFor(options.url).upload(options);
}

/**
 * @param {string} url
 * @param {Record<string, string>} [header]
 * @returns {Task<string>} path of a temporary file
 */
function download(url, header = {}) {
  return transportFor(url).download(url, header);
}

/** @param {string} server @returns {number} bytes that a photo may have; Infinity if only the server decides that */
function largestPhoto(server) {
  return transportFor(server).largestPhoto;
}

module.exports = { request, upload, download, largestPhoto };

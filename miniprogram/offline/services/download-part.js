// @ts-check
const { call } = require('../../services/http/cloud');
const { parseCloud } = require('../../services/server/url');
const { platformTask } = require('../../services/http/task');
const { responseFailure } = require('../../services/http/problem');
const { transportFailure } = require('../../services/http/transport-failure');

/**
 * A part of a file, by whichever way the server is reached.
 *
 * @typedef {object} Part
 * @property {boolean} whole  whether it is all of the file: somebody on the way ignored `Range`
 * @property {string} etag  of the file; '' if the response had none
 * @property {ArrayBuffer} data
 */

/** Milliseconds. */
const TIMEOUT = 30000;

/**
 * @param {{statusCode: number, header: Record<string, string>, data: unknown}} response  `data`: an ArrayBuffer, of problems too
 * @param {(result: Part) => void} resolve
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

/**
 * @param {string} url
 * @param {Record<string, string>} header  with `Range`
 * @returns {import('../../services/http/task').Task<Part>}
 */
function downloadPart(url, header) {
  const options = { header, method: /** @type {const} */ ('GET'), responseType: /** @type {const} */ ('arraybuffer') };
  if (parseCloud(url)) return call(url, options, settlePart);
  return platformTask((resolve, reject) =>
    wx.request({
      ...{ ...options, url, timeout: TIMEOUT },
      success: (response) => settlePart(response, resolve, reject),
      fail: (error) => void transportFailure(error).then(reject),
    })
  );
}

module.exports = { downloadPart };

// @ts-check
const { platformTask } = require('./task');
const { responseFailure } = require('./problem');
const { transportFailure } = require('./transport-failure');

/** wx.request, wx.uploadFile and wx.downloadFile as tasks that reject any status but 200. */

/** Milliseconds for a file; the platform's own limit is 60 s. */
const FILE_TIMEOUT = 30000;

/** Name of the multipart field, for every route that takes a photo. */
const FIELD = 'image';

/**
 * @param {'data' | 'tempFilePath'} result  field of the response that the task resolves to
 * @param {(result: any) => void} resolve
 * @param {(reason: unknown) => void} reject
 */
function callbacks(result, resolve, reject) {
  return {
    success: (/** @type {any} */ response) => {
      if (response.statusCode === 200) resolve(response[result]);
      else reject(responseFailure(response.statusCode, response.data));
    },
    fail: (/** @type {{errMsg: string}} */ error) => void transportFailure(error).then(reject),
  };
}

/**
 * Sends one request without a file.
 *
 * @param {object} options
 * @param {string} options.url
 * @param {'GET' | 'POST' | 'PUT' | 'DELETE'} options.method  the platform has no PATCH
 * @param {Record<string, string>} [options.header]
 * @param {object} [options.data]  sent as JSON
 * @param {number} options.timeout  milliseconds
 * @returns {import('./task').Task<unknown>} the body of a 200
 */
function request(options) {
  return platformTask((resolve, reject) => wx.request({ ...options, ...callbacks('data', resolve, reject) }));
}

/**
 * Sends one photo as multipart/form-data. No Content-Type here: WeChat writes it, with the boundary.
 *
 * @param {object} options
 * @param {string} options.url
 * @param {string} options.filePath  local file
 * @param {Record<string, string>} options.header
 * @param {Record<string, string>} options.formData  further fields
 * @param {(percent: number) => void} options.onProgress  0 to 100, of the bytes sent
 * @returns {import('./task').Task<string>} the body of a 200
 */
function upload({ onProgress, ...options }) {
  return platformTask((resolve, reject) => {
    const task = wx.uploadFile({ ...options, name: FIELD, timeout: FILE_TIMEOUT, ...callbacks('data', resolve, reject) });
    task.onProgressUpdate(({ progress }) => onProgress(progress));
    return task;
  });
}

/**
 * Downloads one file.
 *
 * @param {string} url
 * @param {Record<string, string>} [header]
 * @returns {import('./task').Task<string>} path of a temporary file
 */
function download(url, header = {}) {
  return platformTask((resolve, reject) =>
    wx.downloadFile({ url, header, timeout: FILE_TIMEOUT, ...callbacks('tempFilePath', resolve, reject) })
  );
}

module.exports = { request, upload, download };

// @ts-check
const { platformTask } = require('./task');
const { settle } = require('./response');
const { transportFailure } = require('./transport-failure');

/** The transport of wx.request, wx.uploadFile and wx.downloadFile. */

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
    success: (/** @type {any} */ response) => settle(response, response[result], resolve, reject),
    fail: (/** @type {{errMsg: string}} */ error) => void transportFailure(error).then(reject),
  };
}

/** @type {import('./client').Transport} */
const https = {
  largestPhoto: Infinity,

  request: (options) =>
    platformTask((resolve, reject) => wx.request({ ...options, ...callbacks('data', resolve, reject) })),

  // No Content-Type here: WeChat writes it, with the boundary.
  upload: ({ onProgress, ...options }) =>
    platformTask((resolve, reject) => {
      const task = wx.uploadFile({ ...options, name: FIELD, timeout: FILE_TIMEOUT, ...callbacks('data', resolve, reject) });
      task.onProgressUpdate(({ progress }) => onProgress(progress));
      return task;
    }),

  download: (url, header) =>
    platformTask((resolve, reject) =>
      wx.downloadFile({ url, header, timeout: FILE_TIMEOUT, ...callbacks('tempFilePath', resolve, reject) })
    ),
};

module.exports = { https };

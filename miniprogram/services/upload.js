// @ts-check
const { platformTask } = require('./task');
const { responseFailure } = require('./problem');
const { transportFailure } = require('./transport-failure');

/** Milliseconds; the platform's own end is 60 s. */
const TIME_LIMIT = 30000;

/** Name of the multipart field, for everything that takes a photo. */
const FIELD = 'image';

/**
 * Sends one photo as multipart/form-data. No Content-Type here: the client writes it, with the boundary.
 *
 * @param {object} options
 * @param {string} options.url
 * @param {string} options.filePath  local file
 * @param {Record<string, string>} [options.header]
 * @param {Record<string, string>} [options.formData]  further fields
 * @param {(percent: number) => void} [options.onProgress]  0 to 100, of the bytes sent
 * @returns {import('./task').Task<string>} the body of a 200
 */
function upload({ url, filePath, header = {}, formData = {}, onProgress }) {
  return platformTask((resolve, reject) => {
    const task = wx.uploadFile({
      url,
      filePath,
      name: FIELD,
      header,
      formData,
      timeout: TIME_LIMIT,
      success: ({ statusCode, data }) => {
        if (statusCode === 200) resolve(data);
        else reject(responseFailure(statusCode, data));
      },
      fail: (error) => void transportFailure(error).then(reject),
    });
    if (onProgress) task.onProgressUpdate(({ progress }) => onProgress(progress));
    return task;
  });
}

module.exports = { upload };

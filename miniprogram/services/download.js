// @ts-check
const { platformTask } = require('./task');
const { responseFailure } = require('./problem');
const { transportFailure } = require('./transport-failure');

/** Milliseconds. */
const TIME_LIMIT = 30000;

/**
 * Fetches one file.
 *
 * @param {string} url
 * @returns {import('./task').Task<string>} path of a temporary file
 */
function download(url) {
  return platformTask((resolve, reject) =>
    wx.downloadFile({
      url,
      timeout: TIME_LIMIT,
      success: ({ statusCode, tempFilePath }) => {
        if (statusCode === 200) resolve(tempFilePath);
        else reject(responseFailure(statusCode, ''));
      },
      fail: (error) => void transportFailure(error).then(reject),
    })
  );
}

module.exports = { download };

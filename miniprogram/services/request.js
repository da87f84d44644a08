// @ts-check
const { platformTask } = require('./task');
const { responseFailure } = require('./problem');
const { transportFailure } = require('./transport-failure');

/**
 * One request without a file.
 *
 * @param {{url: string, method: 'GET' | 'POST', data?: object, timeout: number}} options  `timeout` in milliseconds
 * @returns {import('./task').Task<unknown>} the body of a 200
 */
function request(options) {
  return platformTask((resolve, reject) =>
    wx.request({
      ...options,
      success: ({ statusCode, data }) => {
        if (statusCode === 200) resolve(data);
        else reject(responseFailure(statusCode, data));
      },
      fail: (error) => void transportFailure(error).then(reject),
    })
  );
}

module.exports = { request };

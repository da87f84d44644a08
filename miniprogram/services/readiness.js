// @ts-check
const { platformTask, sequence } = require('./task');
const { readReady } = require('./answer');
const { responseFailure } = require('./problem');
const { transportFailure } = require('./transport-failure');

/** Milliseconds. The answer is a few bytes: who waits longer waits for nothing. */
const TIME_LIMIT = 8000;

/**
 * @param {string} url
 * @returns {import('./task').Task<unknown>}
 */
function get(url) {
  return platformTask((resolve, reject) =>
    wx.request({
      url,
      method: 'GET',
      timeout: TIME_LIMIT,
      success: ({ statusCode, data }) => {
        if (statusCode === 200) resolve(data);
        else reject(responseFailure(statusCode, data));
      },
      fail: (error) => void transportFailure(error).then(reject),
    })
  );
}

/**
 * Asks GET /readyz whether a network answers, and which.
 *
 * @param {string} address  of the server
 * @returns {import('./task').Task<import('../contract').Ready>}
 */
function readiness(address) {
  return sequence(async (run) => readReady(await run(() => get(`${address}/readyz`))));
}

module.exports = { readiness };

// @ts-check
const { readReady } = require('./schema');
const { request } = require('../http/client');
const { sequence } = require('../http/task');

/**
 * GET /readyz: whether a model is loaded, and how it crops photos.
 *
 * @typedef {import('../../contract').Ready} Ready
 */

/** Stored, so that the frame in the viewfinder is there from the first moment. */
const STORAGE_KEY = 'fit';
/** Milliseconds. The body is a few bytes: a longer wait gains nothing. */
const TIME_LIMIT = 8000;

/**
 * Also wakes a server that was scaled to zero.
 *
 * @param {string} address  of the server
 * @returns {import('../http/task').Task<Ready>}
 */
function readiness(address) {
  return sequence(async (run) => {
    const body = await run(() => request({ url: `${address}/readyz`, method: 'GET', timeout: TIME_LIMIT }));
    return readReady(body);
  });
}

/**
 * @param {string} server
 * @returns {Ready['fit'] | undefined} of this server's last response
 */
function storedFit(server) {
  const stored = wx.getStorageSync(STORAGE_KEY);
  return stored && stored.server === server ? stored.fit : undefined;
}

/**
 * @param {string} server
 * @returns {Promise<Ready['fit'] | undefined>} the stored one if the request fails
 */
function fetchFit(server) {
  return readiness(server).promise.then(
    ({ fit }) => {
      if (fit !== storedFit(server)) wx.setStorage({ key: STORAGE_KEY, data: { server, fit }, fail: () => {} });
      return fit;
    },
    () => storedFit(server)
  );
}

module.exports = { readiness, storedFit, fetchFit };

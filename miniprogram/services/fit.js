// @ts-check
const { readiness } = require('./readiness');

/**
 * How a server brings a photo to its network's size. Stored, so that the frame in the viewfinder is there
 * from the first moment on.
 *
 * @typedef {import('../contract').Ready['fit']} Fit
 */

const STORAGE_KEY = 'fit';

/**
 * @param {string} server
 * @returns {Fit | undefined} as this server said last time
 */
function knownFit(server) {
  const stored = wx.getStorageSync(STORAGE_KEY);
  return stored && stored.server === server ? stored.fit : undefined;
}

/**
 * Asks the server, which also wakes one that sleeps until it is asked.
 *
 * @param {string} server
 * @returns {Promise<Fit | undefined>} as it was known where the server does not answer
 */
function askFit(server) {
  return readiness(server).promise.then(
    ({ fit }) => {
      if (fit !== knownFit(server)) wx.setStorage({ key: STORAGE_KEY, data: { server, fit }, fail: () => {} });
      return fit;
    },
    () => knownFit(server)
  );
}

module.exports = { knownFit, askFit };

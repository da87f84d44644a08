// @ts-check
const { readReady } = require('./schema');
const { request } = require('../http/client');
const { pause, sequence } = require('../http/task');

/**
 * GET /readyz: whether a model is loaded, how it crops photos, and whether it can be taught.
 *
 * @typedef {import('../../contract').Ready} Ready
 *
 * @typedef {object} Abilities  of a server, as pages need them
 * @property {Ready['fit']} [fit]  unknown until the first response
 * @property {boolean} teaching
 * @property {boolean} offline  whether it has a model for phones
 */

/** Stored, so that the frame in the viewfinder and the ways to teaching are there from the first moment. */
const STORAGE_KEY = 'fit';
/** Milliseconds. The body is a few bytes: a longer wait gains nothing. */
const TIME_LIMIT = 8000;
/** Seconds between a response and the next request while a model is awaited. */
const WATCH_INTERVAL = 2;

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
 * Asks as `readiness` does, and again every few seconds while another model stands in for the wanted one.
 *
 * @param {string} address  of the server
 * @param {(ready: Ready) => void} onReady  called with each response
 * @returns {import('../http/task').Task<void>} fulfilled once no model is awaited
 */
function watchReadiness(address, onReady) {
  return sequence(async (run) => {
    for (;;) {
      const ready = await run(() => readiness(address));
      onReady(ready);
      if (!ready.awaited) return;
      await run(() => pause(WATCH_INTERVAL));
    }
  });
}

/**
 * @param {string} server
 * @returns {Abilities} by this server's last response
 */
function storedAbilities(server) {
  const stored = wx.getStorageSync(STORAGE_KEY);
  const own = stored && stored.server === server;
  if (!own) return { fit: undefined, teaching: false, offline: false };
  return { fit: stored.fit, teaching: stored.teaching === true, offline: stored.offline === true };
}

/**
 * @param {string} server
 * @returns {Promise<Abilities>} the stored ones if the request fails
 */
function fetchAbilities(server) {
  return readiness(server).promise.then(
    ({ fit, teaching = false, on_device: offline = false }) => {
      const before = storedAbilities(server);
      if (fit !== before.fit || teaching !== before.teaching || offline !== before.offline) {
        wx.setStorage({ key: STORAGE_KEY, data: { server, fit, teaching, offline }, fail: () => {} });
      }
      return { fit, teaching, offline };
    },
    () => storedAbilities(server)
  );
}

module.exports = { readiness, watchReadiness, storedAbilities, fetchAbilities };

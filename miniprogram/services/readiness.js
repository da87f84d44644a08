// @ts-check
const { readReady } = require('./answer');
const { request } = require('./request');
const { sequence } = require('./task');

/** Milliseconds. The answer is a few bytes: who waits longer waits for nothing. */
const TIME_LIMIT = 8000;

/**
 * Asks GET /readyz whether a network answers, and which.
 *
 * @param {string} address  of the server
 * @returns {import('./task').Task<import('../contract').Ready>}
 */
function readiness(address) {
  return sequence(async (run) => {
    const body = await run(() => request({ url: `${address}/readyz`, method: 'GET', timeout: TIME_LIMIT }));
    return readReady(body);
  });
}

module.exports = { readiness };

// @ts-check
const { asFailure } = require('../http/failure');
const { currentServer } = require('../server/address');
const { otherToken, sessionToken } = require('./session');
const { pause, sequence } = require('../http/task');
const { upload } = require('../http/client');

/**
 * @typedef {import('../http/failure').Failure} Failure
 *
 * @typedef {object} Wait
 * @property {number} seconds  until the photo goes out again, whole
 * @property {import('../http/failure').FailureKind} reason
 *
 * @typedef {object} Sending
 * @property {string} path  such as /predict
 * @property {string} filePath  the photo
 * @property {Record<string, string>} [header]
 * @property {Record<string, string>} [formData]
 * @property {(percent: number) => void} [onProgress]  0 to 100, of the bytes sent; 0 again at each new try
 * @property {(wait: Wait) => void} [onWaiting]  the server is busy; told each second until
 *   the photo goes out again by itself
 */

/** Failures that pass after `retry_after`. `model-loading` is handled in recognise.js. */
const PASSING = new Set(
  /** @type {import('../http/failure').FailureKind[]} */ ([
    'too-many-requests',
    'overloaded',
    'busy',
    'shutting-down',
    'login-unavailable',
  ])
);

/** How often a busy server is waited for, and the longest that a person waits, in seconds. */
const WAITS = 3;
const LONGEST_WAIT = 20;
/** Seconds until a connection that dropped is tried again: a phone changes its cell in less. */
const BREATH = 0.5;

/**
 * @param {Failure} reason
 * @returns {boolean}
 */
function passes({ kind, retryAfter }) {
  return PASSING.has(kind) && retryAfter > 0 && retryAfter <= LONGEST_WAIT;
}

/**
 * One photo to the server in use, with all that can be done by itself so that it arrives: logged in where
 * the server wants that, again after a wait where it is busy, once more where the connection dropped. One
 * request at a time, a bounded number of them, and none after `cancel`.
 *
 * @param {Sending} sending
 * @returns {import('../http/task').Task<string>} the body of a 200
 */
function sendPhoto({ path, filePath, header = {}, formData = {}, onProgress = () => {}, onWaiting = () => {} }) {
  const server = currentServer();
  const left = { waits: WAITS, repeats: 1, logins: 1 };
  let token = '';
  let refused = false;

  /** @param {import('../http/task').Run} run */
  async function attempt(run) {
    token = await run(() => (refused ? otherToken(server, token) : sessionToken(server)));
    refused = false;
    onProgress(0);
    const shown = token ? { ...header, Authorization: `Bearer ${token}` } : header;
    return run(() => upload({ url: server + path, filePath, header: shown, formData, onProgress }));
  }

  /**
   * @param {import('../http/task').Run} run
   * @param {Failure} problem
   */
  async function countDown(run, { kind, retryAfter }) {
    for (let left = retryAfter; left > 0; left -= 1) {
      onWaiting({ seconds: Math.ceil(left), reason: kind });
      await run(() => pause(Math.min(left, 1)));
    }
  }

  /**
   * @param {import('../http/task').Run} run
   * @param {Failure} problem
   */
  async function mend(run, problem) {
    if (problem.kind === 'not-authorised' && left.logins > 0) {
      left.logins -= 1;
      refused = true;
    } else if (problem.kind === 'unreachable' && left.repeats > 0) {
      left.repeats -= 1;
      await run(() => pause(BREATH));
    } else if (passes(problem) && left.waits > 0) {
      left.waits -= 1;
      await countDown(run, problem);
    } else throw problem;
  }

  return sequence(async (run) => {
    for (;;) {
      try {
        return await attempt(run);
      } catch (thrown) {
        await mend(run, asFailure(thrown));
      }
    }
  });
}

module.exports = { sendPhoto, WAITS, LONGEST_WAIT };

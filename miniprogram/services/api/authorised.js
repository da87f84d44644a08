// @ts-check
const { asFailure, failure } = require('../http/failure');
const { currentServer, isCloudServer } = require('../server/address');
const { otherToken, sessionToken } = require('./session');
const { pause, sequence } = require('../http/task');

/**
 * @typedef {import('../http/failure').Failure} Failure
 *
 * @typedef {object} Wait
 * @property {number} seconds  until the request is sent again
 * @property {import('../http/failure').FailureKind} reason
 */

/** Failures that pass after `retry_after`. `model-loading` is handled in recognise.js. */
const PASSING = new Set(
  /** @type {import('../http/failure').FailureKind[]} */ ([
    'too-many-requests',
    'overloaded',
    'busy',
    'shutting-down',
    'not-answering',
    'login-unavailable',
  ])
);

/** Waits for a busy server, and the longest wait in seconds. */
const WAITS = 3;
const LONGEST_WAIT = 20;
/** Seconds before a dropped connection is retried: a phone changes its cell in less. */
const BREATH = 0.5;

/**
 * @param {Failure} reason
 * @returns {boolean}
 */
function passes({ kind, retryAfter }) {
  return PASSING.has(kind) && retryAfter > 0 && retryAfter <= LONGEST_WAIT;
}

/**
 * Sends a request to the server in use. Logs in if the server requires it, waits if it is busy, and retries once if the
 * connection dropped. Through 微信云托管 nobody can log in: a service that refuses its users is the operator's to mend.
 * One request at a time, a bounded number of them, none after `cancel`.
 *
 * @template Result
 * @param {(server: string, header: Record<string, string>) => import('../http/task').Task<Result>} send
 *   called for each attempt; `header` has the token if there is one
 * @param {(wait: Wait) => void} [onWaiting]  the server is busy; called each second until the next attempt
 * @returns {import('../http/task').Task<Result>}
 */
function authorised(send, onWaiting = () => {}) {
  const server = currentServer();
  const left = { waits: WAITS, repeats: 1, logins: isCloudServer() ? 0 : 1 };
  let token = '';
  let refused = false;

  /** @param {import('../http/task').Run} run */
  async function attempt(run) {
    token = await run(() => (refused ? otherToken(server, token) : sessionToken(server)));
    refused = false;
    return run(() => send(server, token ? { Authorization: `Bearer ${token}` } : {}));
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
    } else if (problem.kind === 'not-authorised' && isCloudServer()) {
      throw failure('cloud-not-found', { requestId: problem.requestId });
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

module.exports = { authorised, WAITS, LONGEST_WAIT };

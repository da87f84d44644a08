// @ts-check
const { asFailure, failure } = require('../http/failure');
const { platformTask, sequence } = require('../http/task');
const { wxPromise } = require('../device/wx-promise');
const { hasForm, isNumber, isText, readSession } = require('./schema');
const { request } = require('../http/client');
const { transportFailure } = require('../http/transport-failure');

/**
 * Silent login for servers that require it: wx.login returns a code for one use, POST /session exchanges it
 * for a token. Without a 401 there is no login.
 *
 * @typedef {object} Held
 * @property {string} server  the only one that gets this token
 * @property {string} token
 * @property {number} renewAt  milliseconds since 1970; from then on it is renewed in the background
 * @property {number} until  milliseconds since 1970; from then on the server rejects it
 */

const STORAGE_KEY = 'session';
/** Milliseconds. */
const TIME_LIMIT = 10000;
/** Seconds before it expires that a token is renewed, but at most this part of its lifetime. */
const RENEW_BEFORE = 300;
const RENEW_PART = 0.1;

const isHeld = hasForm({ server: isText, token: isText, renewAt: isNumber, until: isNumber });

/** @type {Held | null | undefined} undefined until the storage was read */
let held;

/** @type {{server: string, promise: Promise<string>} | null} the login in progress, shared by all requests */
let underWay = null;

/**
 * @param {string} server
 * @returns {Held | null}
 */
function heldFor(server) {
  if (held === undefined) {
    const stored = wx.getStorageSync(STORAGE_KEY);
    held = isHeld(stored) ? stored : null;
  }
  return held && held.server === server ? held : null;
}

/**
 * @param {string} server
 * @param {import('../../contract').Session} session
 * @returns {string}
 */
function hold(server, { token, expires_in: life }) {
  const now = Date.now();
  const early = Math.min(RENEW_BEFORE, life * RENEW_PART);
  held = { server, token, renewAt: now + (life - early) * 1000, until: now + life * 1000 };
  // If the storage is full, the next start logs in again.
  wx.setStorage({ key: STORAGE_KEY, data: held, fail: () => {} });
  return token;
}

/** @param {string} server */
function forget(server) {
  if (!heldFor(server)) return;
  held = null;
  wx.removeStorage({ key: STORAGE_KEY, fail: () => {} });
}

/** @returns {Promise<string>} WeChat's code, valid for five minutes and one login */
async function loginCode() {
  try {
    const { code } = await wxPromise(wx.login, { timeout: TIME_LIMIT });
    if (code) return code;
  } catch (error) {
    const reason = await transportFailure(/** @type {{errMsg: string}} */ (error));
    if (reason.kind === 'offline') throw reason;
  }
  throw failure('login-unavailable');
}

/**
 * @param {string} server
 * @returns {Promise<import('../../contract').Session>}
 */
async function open(server) {
  const code = await loginCode();
  const { promise } = request({ url: `${server}/session`, method: 'POST', data: { code }, timeout: TIME_LIMIT });
  return readSession(await promise);
}

/**
 * @param {import('../http/failure').Failure} problem  of POST /session
 * @returns {import('../http/failure').Failure} as a failure of the request that needed the login
 */
function ofLogin(problem) {
  const isForeign = problem.kind === 'not-found' || problem.kind === 'method-not-allowed';
  // A server without POST /session requires an API key, which a login cannot give.
  return isForeign ? failure('not-authorised', { requestId: problem.requestId }) : problem;
}

/**
 * @param {string} server
 * @param {() => boolean} isWanted  whether to store the token
 * @returns {Promise<string>} token
 */
async function login(server, isWanted) {
  try {
    const session = await open(server).catch((thrown) => {
      if (asFailure(thrown).kind !== 'login-code-invalid') throw thrown;
      // A code may expire on its way; another one is free.
      return open(server);
    });
    return isWanted() ? hold(server, session) : session.token;
  } catch (thrown) {
    throw ofLogin(asFailure(thrown));
  }
}

/**
 * @param {Promise<string>} promise
 * @returns {boolean}
 */
function isUnderWay(promise) {
  return underWay !== null && underWay.promise === promise;
}

/**
 * @param {string} server
 * @returns {Promise<string>} token
 */
function sharedLogin(server) {
  if (!underWay || underWay.server !== server) {
    /** @type {Promise<string>} */
    const promise = login(server, () => isUnderWay(promise)).finally(() => {
      if (isUnderWay(promise)) underWay = null;
    });
    underWay = { server, promise };
  }
  return underWay.promise;
}

/**
 * Other requests may wait for the same login, so cancelling one does not abort it.
 *
 * @param {string} server
 * @returns {import('../http/task').Task<string>}
 */
function loggedIn(server) {
  return platformTask((resolve, reject) => {
    sharedLogin(server).then(resolve, reject);
    return { abort() {} };
  });
}

/**
 * The token for a request. Shortly before it expires it is renewed in the background.
 *
 * @param {string} server
 * @returns {import('../http/task').Task<string>} token; '' if this server never required one
 */
function sessionToken(server) {
  return sequence(async (run) => {
    const current = heldFor(server);
    if (!current) return '';
    if (Date.now() < current.renewAt) return current.token;
    const renewal = run(() => loggedIn(server)).catch((thrown) => {
      if (asFailure(thrown).kind === 'cancelled') throw thrown;
      // The request is sent without a token and reports the failure itself.
      return '';
    });
    if (Date.now() >= current.until) return renewal;
    renewal.catch(() => {});
    return current.token;
  });
}

/**
 * Gets another token after a 401 `not-authorised`.
 *
 * @param {string} server
 * @param {string} refused  the rejected token; '' if none was sent
 * @returns {import('../http/task').Task<string>}
 */
function otherToken(server, refused) {
  return sequence(async (run) => {
    const current = heldFor(server);
    if (current && current.token !== refused) return current.token;
    forget(server);
    return run(() => loggedIn(server));
  });
}

/** @returns {boolean} whether a token is stored */
function hasSession() {
  return isHeld(wx.getStorageSync(STORAGE_KEY));
}

/** Deletes the token; a login in progress will not store one either. */
function forgetSession() {
  held = null;
  underWay = null;
  wx.removeStorageSync(STORAGE_KEY);
}

module.exports = { sessionToken, otherToken, hasSession, forgetSession };

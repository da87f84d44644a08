// @ts-check
const { asFailure, failure } = require('../http/failure');
const { platformTask, sequence } = require('../http/task');
const { wxPromise } = require('../device/wx-promise');
const { hasForm, isNumber, isText, readSession } = require('./schema');
const { request } = require('../http/client');
const { transportFailure } = require('../http/transport-failure');

/**
 * The login that a server may ask for. Nobody sees it: WeChat gives a code that counts once, the server
 * makes a token of it. A server that never answers 401 is never logged in to.
 *
 * @typedef {object} Held
 * @property {string} server  the only one that ever gets this token
 * @property {string} token
 * @property {number} renewAt  milliseconds since 1970; from here on a fresh one is fetched beforehand
 * @property {number} until  milliseconds since 1970; from here on the server refuses it
 */

const STORAGE_KEY = 'session';
/** Milliseconds. */
const TIME_LIMIT = 10000;
/** Seconds before its end in which a token is renewed, unless that is more than this part of its life. */
const RENEW_BEFORE = 300;
const RENEW_PART = 0.1;

const isHeld = hasForm({ server: isText, token: isText, renewAt: isNumber, until: isNumber });

/** @type {Held | null | undefined} undefined until the storage was looked at */
let held;

/** @type {{server: string, promise: Promise<string>} | null} everything that needs it waits for the same login */
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
  // A full storage costs one more login at the next start, no more.
  wx.setStorage({ key: STORAGE_KEY, data: held, fail: () => {} });
  return token;
}

/** @param {string} server */
function forget(server) {
  if (!heldFor(server)) return;
  held = null;
  wx.removeStorage({ key: STORAGE_KEY, fail: () => {} });
}

/** @returns {Promise<string>} WeChat's code, good for five minutes and one login */
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
 * @returns {import('../http/failure').Failure} in the words of the request that wanted the login
 */
function ofLogin(problem) {
  const isForeign = problem.kind === 'not-found' || problem.kind === 'method-not-allowed';
  // A server that wants another key than WeChat's logins: no login will ever help.
  return isForeign ? failure('not-authorised', { requestId: problem.requestId }) : problem;
}

/**
 * @param {string} server
 * @param {() => boolean} isWanted  whether its token is to be kept
 * @returns {Promise<string>} token
 */
async function login(server, isWanted) {
  try {
    const session = await open(server).catch((thrown) => {
      if (asFailure(thrown).kind !== 'login-code-invalid') throw thrown;
      // Codes get too old on their way; another one costs nobody anything.
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
 * Others may wait for the same login, so calling one of them off does not end it.
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
 * What a request to this server shows first. Shortly before its end another one is fetched beside the
 * request, so that nobody waits for it.
 *
 * @param {string} server
 * @returns {import('../http/task').Task<string>} token; '' where this server never wanted one
 */
function sessionToken(server) {
  return sequence(async (run) => {
    const current = heldFor(server);
    if (!current) return '';
    if (Date.now() < current.renewAt) return current.token;
    const renewal = run(() => loggedIn(server)).catch((thrown) => {
      if (asFailure(thrown).kind === 'cancelled') throw thrown;
      // The request goes out all the same: its own answer says what is wrong.
      return '';
    });
    if (Date.now() >= current.until) return renewal;
    renewal.catch(() => {});
    return current.token;
  });
}

/**
 * After a 401 `not-authorised`: a token other than the one that was refused.
 *
 * @param {string} server
 * @param {string} refused  token; '' where none was shown
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

/** @returns {boolean} whether a token is kept on this phone */
function hasSession() {
  return isHeld(wx.getStorageSync(STORAGE_KEY));
}

/** Also a login that is under way leaves nothing behind. */
function forgetSession() {
  held = null;
  underWay = null;
  wx.removeStorageSync(STORAGE_KEY);
}

module.exports = { sessionToken, otherToken, hasSession, forgetSession };

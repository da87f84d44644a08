// @ts-check
const { isLoopback } = require('../../services/server/url');
const { isPhone, isRelease } = require('../../services/device/device-info');
const { isWorthRetrying } = require('../../services/http/failure');
const { currentServer, mayOfferAddress } = require('../../services/server/address');
const { failureNote } = require('../../services/text/developer-notes');
const { LONGEST_WAIT } = require('../../services/api/authorised');
const { fill, texts } = require('../../texts/texts');

/**
 * Message and actions for a failure.
 *
 * @typedef {object} FailureNotice
 * @property {string} title
 * @property {string} sentence
 * @property {boolean} retry  whether the same photo may be sent again
 * @property {boolean} server  whether another server address may help, and the user may set one
 * @property {string} requestId  '' if the response had none
 * @property {string} requestLine  the same as a sentence
 */

/** @type {ReadonlySet<import('../../services/http/failure').FailureKind>} */
const POINTS_TO_ADDRESS = new Set(
  /** @type {import('../../services/http/failure').FailureKind[]} */ ([
    'unreachable',
    'timeout',
    'domain-not-listed',
    'insecure',
    'address-not-set',
    'cloud-not-found',
    'not-json',
    'wrong-form',
    'not-found',
    'method-not-allowed',
    'gateway',
  ])
);

/**
 * Whether the address means the phone itself: 127.0.0.1 is the developer's computer in DevTools only.
 *
 * @returns {boolean}
 */
function isServerOnPhone() {
  return !isRelease() && isPhone() && isLoopback(currentServer());
}

/**
 * @param {number} seconds  of `retry_after`
 * @returns {string} '' if the wait is short
 */
function waitLine(seconds) {
  const { waitSeconds, waitMinutes } = texts().photo;
  if (seconds <= LONGEST_WAIT) return '';
  return seconds < 100
    ? fill(waitSeconds, { count: Math.ceil(seconds) })
    : fill(waitMinutes, { count: Math.ceil(seconds / 60) });
}

/**
 * @param {import('../../services/http/failure').Failure} failure
 * @returns {FailureNotice}
 */
function failureNotice({ kind, requestId, retryAfter }) {
  const { failures, photo, server } = texts();
  const { title, sentence } = failures[kind];
  const unanswered = kind === 'unreachable' || kind === 'timeout';
  return {
    title,
    sentence: (unanswered && isServerOnPhone() ? server.phone : sentence + failureNote(kind)) + waitLine(retryAfter),
    retry: isWorthRetrying(kind),
    server: mayOfferAddress() && POINTS_TO_ADDRESS.has(kind),
    requestId,
    requestLine: requestId && fill(photo.requestId, { id: requestId.slice(0, 8) }),
  };
}

module.exports = { isServerOnPhone, failureNotice };

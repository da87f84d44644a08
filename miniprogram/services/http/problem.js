// @ts-check
const { failure } = require('./failure');
const { parseJson } = require('./json');

/**
 * @typedef {import('./failure').Failure} Failure
 * @typedef {import('./failure').FailureKind} FailureKind
 * @typedef {import('./failure').ProblemCode} ProblemCode
 */

/** @type {Record<ProblemCode, true>} a record, so that tsc requires every code of the contract */
const KNOWN_CODES = {
  'request-invalid': true,
  'image-missing': true,
  'image-too-large': true,
  'image-too-many-pixels': true,
  'image-format-unsupported': true,
  'image-unreadable': true,
  'image-not-found': true,
  'not-found': true,
  'method-not-allowed': true,
  'model-loading': true,
  'model-unavailable': true,
  'not-explainable': true,
  'on-device-off': true,
  'model-not-exported': true,
  overloaded: true,
  'image-takes-too-long': true,
  'request-timeout': true,
  'too-many-requests': true,
  'not-authorised': true,
  'login-code-invalid': true,
  'login-blocked': true,
  'login-unavailable': true,
  'corrections-off': true,
  'corrections-full': true,
  'teaching-off': true,
  'not-teachable': true,
  'taught-before': true,
  'taught-name-exists': true,
  'taught-looks-like-other': true,
  'taught-full': true,
  'store-unavailable': true,
  'shutting-down': true,
  'not-answering': true,
  internal: true,
};

/**
 * The failure of a response without a known code: from a proxy, or from a newer server.
 *
 * @param {number} status
 * @returns {FailureKind}
 */
function kindOfStatus(status) {
  if (status === 413) return 'image-too-large';
  if (status === 404) return 'not-found';
  if (status === 405) return 'method-not-allowed';
  if (status === 408) return 'timeout';
  if (status === 429 || status === 503) return 'busy';
  if (status === 502 || status === 504) return 'gateway';
  if (status >= 500) return 'server-error';
  return status >= 400 ? 'refused' : 'wrong-form';
}

/**
 * @param {unknown} body
 * @returns {body is Record<string, unknown>}
 */
function isRecord(body) {
  return typeof body === 'object' && body !== null;
}

/**
 * @param {unknown} other
 * @returns {import('../../contract').OtherThing | null}
 */
function otherThing(other) {
  if (!isRecord(other)) return null;
  const { id, name } = other;
  return typeof id === 'string' && typeof name === 'string' ? { id, name } : null;
}

/**
 * The failure of a response that is not 200: by the `code` of an RFC 9457 problem, else by status.
 *
 * @param {number} status  HTTP status
 * @param {unknown} data  the body, text or object
 * @returns {Failure}
 */
function responseFailure(status, data) {
  const parsed = parseJson(data);
  const body = isRecord(parsed) ? parsed : {};
  const code = String(body.code);
  const known = Object.prototype.hasOwnProperty.call(KNOWN_CODES, code);
  return failure(known ? /** @type {ProblemCode} */ (code) : kindOfStatus(status), {
    requestId: typeof body.request_id === 'string' ? body.request_id : '',
    retryAfter: typeof body.retry_after === 'number' && body.retry_after > 0 ? body.retry_after : 0,
    other: otherThing(body.other),
  });
}

module.exports = { responseFailure };

// @ts-check

/**
 * @typedef {import('../../contract').ProblemCode} ProblemCode
 *
 * @typedef {'cancelled' | 'offline' | 'unreachable' | 'timeout' | 'interrupted' | 'domain-not-listed'
 *   | 'insecure' | 'photo-gone' | 'address-not-set'} TransportKind  the request got no answer
 *
 * @typedef {'refused' | 'busy' | 'gateway' | 'server-error' | 'not-json' | 'wrong-form'} AnswerKind
 *   the answer is not one that the contract knows
 *
 * @typedef {TransportKind | AnswerKind | ProblemCode} FailureKind
 *   every kind has a title and a sentence in texts/
 *
 * @typedef {object} FailureFacts
 * @property {string} requestId  the server's own number of the request; '' where it gave none
 * @property {number} retryAfter  seconds that the server asks to wait; 0 where it asks for nothing
 *
 * @typedef {Error & FailureFacts & {kind: FailureKind}} Failure
 */

/** @type {ReadonlySet<FailureKind>} */
const WORTH_RETRYING = new Set(
  /** @type {FailureKind[]} */ ([
    'cancelled',
    'offline',
    'unreachable',
    'timeout',
    'interrupted',
    'insecure',
    'busy',
    'gateway',
    'server-error',
    'not-json',
    'image-missing',
    'image-unreadable',
    'image-not-found',
    'model-loading',
    'model-unavailable',
    'overloaded',
    'request-timeout',
    'too-many-requests',
    'not-authorised',
    'login-code-invalid',
    'login-unavailable',
    'store-unavailable',
    'shutting-down',
    'not-answering',
    'internal',
  ])
);

/**
 * Not a class: DevTools turns classes into ES5, where a subclass of Error is not an instance of itself.
 *
 * @param {FailureKind} kind
 * @param {Partial<FailureFacts>} [facts]
 * @returns {Failure}
 */
function failure(kind, facts) {
  return Object.assign(new Error(kind), { kind, requestId: '', retryAfter: 0 }, facts);
}

/**
 * Whatever was thrown, as a failure. A mistake of ours counts as `wrong-form`, so that a person still
 * gets a sentence and a way on.
 *
 * @param {unknown} thrown
 * @returns {Failure}
 */
function asFailure(thrown) {
  if (thrown instanceof Error && 'kind' in thrown) return /** @type {Failure} */ (thrown);
  console.error(thrown);
  return failure('wrong-form');
}

/**
 * Whether sending the same photo again can help.
 *
 * @param {FailureKind} kind
 * @returns {boolean}
 */
function isWorthRetrying(kind) {
  return WORTH_RETRYING.has(kind);
}

module.exports = { failure, asFailure, isWorthRetrying };

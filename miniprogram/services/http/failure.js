// @ts-check

/**
 * @typedef {import('../../contract').ProblemCode} ProblemCode
 *
 * @typedef {'cancelled' | 'offline' | 'unreachable' | 'timeout' | 'interrupted' | 'domain-not-listed'
 *   | 'insecure' | 'photo-gone' | 'address-not-set' | 'cloud-not-found'
 *   | 'wechat-outdated'} TransportKind  there was no response
 *
 * @typedef {'refused' | 'busy' | 'gateway' | 'server-error' | 'not-json' | 'wrong-form'} AnswerKind
 *   the response is outside the contract
 *
 * @typedef {TransportKind | AnswerKind | ProblemCode} FailureKind
 *   every kind has a title and a sentence in texts/
 *
 * @typedef {object} FailureFacts
 * @property {string} requestId  of the response; '' if it had none
 * @property {number} retryAfter  seconds; 0 if the response had none
 * @property {import('../../contract').OtherThing | null} other  taught thing that stands in the way; null if the response named none
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
 * Creates an error. Not a class: DevTools compiles to ES5, where a subclass of Error is not an instance of itself.
 *
 * @param {FailureKind} kind
 * @param {Partial<FailureFacts>} [facts]
 * @returns {Failure}
 */
function failure(kind, facts) {
  return Object.assign(new Error(kind), { kind, requestId: '', retryAfter: 0, other: null }, facts);
}

/**
 * Converts anything thrown to a failure. A bug becomes `wrong-form`, so that the user still gets a
 * message and a way on.
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

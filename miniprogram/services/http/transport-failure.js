// @ts-check
const { failure } = require('./failure');
const { wxPromise } = require('../device/wx-promise');

/**
 * @typedef {import('./failure').Failure} Failure
 * @typedef {import('./failure').FailureKind} FailureKind
 */

/**
 * Patterns of the platform's `errMsg`, in order of precedence. The wording differs between iOS, Android
 * and DevTools; not all of them send `errno`.
 *
 * @type {[RegExp, FailureKind][]}
 */
const WORDS = [
  [/abort/i, 'cancelled'],
  [/interrupt/i, 'interrupted'],
  [/domain list/i, 'domain-not-listed'],
  [/no such file|file not found|file not exist|not found file|fail file/i, 'photo-gone'],
  [/ssl|certificate|cert_/i, 'insecure'],
  [/time ?d? ?out/i, 'timeout'],
];

/**
 * The kind of failure behind `fail` of wx.uploadFile, wx.request or wx.downloadFile.
 *
 * @param {string} errMsg
 * @param {string} networkType  of wx.getNetworkType: 'wifi', '4g', … or 'none'
 * @returns {FailureKind}
 */
function transportKind(errMsg, networkType) {
  const known = WORDS.find(([words]) => words.test(errMsg));
  if (known && known[1] !== 'timeout') return known[1];
  if (networkType === 'none') return 'offline';
  return known ? known[1] : 'unreachable';
}

/**
 * @param {{errMsg: string}} error
 * @returns {Promise<Failure>}
 */
async function transportFailure(error) {
  const network = wxPromise(wx.getNetworkType, {});
  const networkType = await network.then((answer) => answer.networkType).catch(() => 'unknown');
  return failure(transportKind(error.errMsg, networkType));
}

module.exports = { transportKind, transportFailure };

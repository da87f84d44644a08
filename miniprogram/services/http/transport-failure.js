// @ts-check
const { failure } = require('./failure');
const { wxPromise } = require('../device/wx-promise');

/**
 * @typedef {import('./failure').Failure} Failure
 * @typedef {import('./failure').FailureKind} FailureKind
 */

/**
 * What the platform's `errMsg` says, in the order in which it is asked. The words differ between iOS,
 * Android and DevTools; `errno` is not sent by all of them.
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
 * Which failure hides behind the `fail` of wx.uploadFile, wx.request or wx.downloadFile.
 *
 * @param {string} errMsg
 * @param {string} networkType  as wx.getNetworkType tells it: 'wifi', '4g', … or 'none'
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

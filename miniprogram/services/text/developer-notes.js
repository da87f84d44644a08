// @ts-check
const { isRelease } = require('../device/device-info');
const { fill, texts } = require('../../texts/texts');

/**
 * Sentences for developers, to be appended to a message for users. In the release they are '': nobody who reads
 * them there could act on them.
 *
 * @typedef {'camera' | 'album' | 'save' | 'clipboard'} PrivacyItem  of the console's privacy guide
 */

/**
 * @param {PrivacyItem} item  that the privacy guide lacks
 * @returns {string}
 */
function undeclaredNote(item) {
  const { privacyItems, undeclared } = texts().developers;
  return isRelease() ? '' : fill(undeclared, { item: privacyItems[item] });
}

/**
 * @param {import('../http/failure').FailureKind} kind
 * @returns {string} '' for most failures
 */
function failureNote(kind) {
  const { domain, unset } = texts().developers;
  if (isRelease()) return '';
  return kind === 'address-not-set' ? unset : kind === 'domain-not-listed' ? domain : '';
}

module.exports = { undeclaredNote, failureNote };

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
  const { cloud, domain, unset } = texts().developers;
  /** @type {Partial<Record<typeof kind, string>>} */
  const notes = { 'address-not-set': unset, 'domain-not-listed': domain, 'cloud-not-found': cloud };
  return isRelease() ? '' : notes[kind] || '';
}

module.exports = { undeclaredNote, failureNote };

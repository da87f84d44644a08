// @ts-check
const { consentProblem } = require('./privacy');
const { undeclaredNote } = require('../text/developer-notes');
const { texts } = require('../../texts/texts');
const { wxPromise } = require('./wx-promise');

/**
 * Copies a text. WeChat itself shows that it did.
 *
 * @param {string} data
 * @returns {Promise<string>} what to tell the user; '' if it was copied
 */
async function copyText(data) {
  const { failed, noConsent } = texts().copying;
  try {
    await wxPromise(wx.setClipboardData, { data });
    return '';
  } catch (error) {
    const problem = consentProblem(/** @type {import('./privacy').Failure} */ (error));
    if (problem === 'no-consent') return noConsent;
    return failed + (problem === 'undeclared' ? undeclaredNote('clipboard') : '');
  }
}

module.exports = { copyText };

// @ts-check
const { wxPromise } = require('./wx-promise');

/**
 * Consent to the privacy statement (隐私保护指引), which WeChat requires before camera and album. The
 * platform requests it through wx.onNeedPrivacyAuthorization; the privacy sheet resolves it.
 *
 * @typedef {{event: 'agree' | 'disagree' | 'exposureAuthorization', buttonId?: string}} ConsentAnswer
 * @typedef {(answer: ConsentAnswer) => void} Resolve
 */

/** @type {Resolve[]} several features may wait for the same consent */
let waiting = [];

/**
 * Calls `show` whenever the platform requires consent. Only the last call counts, as in the platform
 * itself: the page in front is the one that can show a sheet.
 *
 * @param {() => void} show
 */
function onConsentNeeded(show) {
  const listener = (/** @type {any} */ resolve) => {
    waiting.push(resolve);
    resolve({ event: 'exposureAuthorization' });
    show();
  };
  wx.onNeedPrivacyAuthorization(listener);
}

/**
 * Passes the user's choice to every feature that waits for it.
 *
 * @param {ConsentAnswer} answer
 */
function answerConsent(answer) {
  const resolves = waiting;
  waiting = [];
  for (const resolve of resolves) resolve(answer);
}

/** @returns {Promise<boolean>} whether consent is missing; does not request it */
function needsConsent() {
  return wxPromise(wx.getPrivacySetting, {}).then(
    (answer) => answer.needAuthorization,
    () => false
  );
}

/** @returns {Promise<boolean>} whether the user agreed, now or earlier; requests consent if needed */
function askConsent() {
  return wxPromise(wx.requirePrivacyAuthorize, {}).then(
    () => true,
    () => false
  );
}

/** @returns {Promise<boolean>} whether the statement opened */
function showPrivacyContract() {
  return wxPromise(wx.openPrivacyContract, {}).then(
    () => true,
    () => false
  );
}

/**
 * @param {{errMsg?: string}} error  of any `wx` function
 * @returns {boolean} whether it failed for lack of consent
 */
function isConsentRefusal(error) {
  return /privacy/i.test(String(error.errMsg));
}

module.exports = {
  onConsentNeeded,
  answerConsent,
  needsConsent,
  askConsent,
  showPrivacyContract,
  isConsentRefusal,
};

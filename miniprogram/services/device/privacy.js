// @ts-check
const { wxPromise } = require('./wx-promise');

/**
 * The privacy statement (隐私保护指引) that WeChat wants accepted before the camera and the album are
 * touched. The platform asks through wx.onNeedPrivacyAuthorization; the privacy sheet answers.
 *
 * @typedef {{event: 'agree' | 'disagree' | 'exposureAuthorization', buttonId?: string}} ConsentAnswer
 * @typedef {(answer: ConsentAnswer) => void} Resolve
 */

/** @type {Resolve[]} several features may wait for the same answer */
let waiting = [];

/**
 * From now on `show` is called when the platform wants consent. Only the last call counts, as in the
 * platform itself: the page in front is the one that can show a sheet.
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
 * The person's answer, to everything that waits for it.
 *
 * @param {ConsentAnswer} answer
 */
function answerConsent(answer) {
  const resolves = waiting;
  waiting = [];
  for (const resolve of resolves) resolve(answer);
}

/** @returns {Promise<boolean>} whether the statement still has to be accepted; asks nobody */
function needsConsent() {
  return wxPromise(wx.getPrivacySetting, {}).then(
    (answer) => answer.needAuthorization,
    () => false
  );
}

/** @returns {Promise<boolean>} whether the person agreed, now or earlier; asks where needed */
function askConsent() {
  return wxPromise(wx.requirePrivacyAuthorize, {}).then(
    () => true,
    () => false
  );
}

/** @returns {Promise<boolean>} whether the statement itself opened */
function showPrivacyContract() {
  return wxPromise(wx.openPrivacyContract, {}).then(
    () => true,
    () => false
  );
}

/**
 * @param {{errMsg?: string}} error  of any `wx` function
 * @returns {boolean} whether it failed because the person did not agree
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

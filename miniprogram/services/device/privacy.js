// @ts-check
const { wxPromise } = require('./wx-promise');

/**
 * Consent to the privacy statement (隐私保护指引), which WeChat requires before camera and album. The
 * platform requests it through wx.onNeedPrivacyAuthorization; the privacy sheet resolves it. Base libraries before
 * 2.32.3 neither have these functions nor require consent.
 *
 * @typedef {{errMsg?: string, errno?: number}} Failure  of any `wx` function or component
 * @typedef {{event: 'agree' | 'disagree' | 'exposureAuthorization', buttonId?: string}} ConsentAnswer
 * @typedef {(answer: ConsentAnswer) => void} Resolve
 */

/** Numbers of WeChat's failures. */
const REFUSED = 104;
const UNDECLARED = 112;

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
  if (wx.onNeedPrivacyAuthorization) wx.onNeedPrivacyAuthorization(listener);
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

/** @returns {Promise<boolean>} false if the user refused; requests consent if needed */
function askConsent() {
  return wxPromise(wx.requirePrivacyAuthorize, {}).then(
    () => true,
    (failure) => consentProblem(failure) !== 'no-consent'
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
 * What consent has to do with a failure. Not every client sends `errno`.
 *
 * @param {Failure} failure
 * @returns {'no-consent' | 'undeclared' | null} `no-consent`: the user refused and may be asked again; `undeclared`:
 *   the console's privacy guide lacks the item, so that asking again is of no use; null: something else failed
 */
function consentProblem({ errMsg, errno }) {
  const text = String(errMsg);
  if (errno === UNDECLARED || /not declared in the privacy/i.test(text)) return 'undeclared';
  return errno === REFUSED || /privacy permission is not authorized/i.test(text) ? 'no-consent' : null;
}

module.exports = {
  onConsentNeeded,
  answerConsent,
  needsConsent,
  askConsent,
  showPrivacyContract,
  consentProblem,
};

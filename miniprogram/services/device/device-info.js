// @ts-check

/** Text sizes outside these bounds break the layout. */
const SMALLEST_SCALE = 0.9;
const LARGEST_SCALE = 1.5;
/** Scene of Moments. */
const SINGLE_PAGE = 1154;
/** Pixels; WeChat's standard text size. */
const STANDARD_TEXT = 17;

/** @returns {boolean} false in DevTools, where 127.0.0.1 is the developer's computer */
function isPhone() {
  const { platform } = wx.getDeviceInfo();
  return platform === 'ios' || platform === 'android' || platform === 'ohos';
}

/** @returns {'develop' | 'trial' | 'release'} version of the mini-program */
function appVersion() {
  return wx.getAccountInfoSync().miniProgram.envVersion;
}

/** @returns {boolean} whether this is the published version, which nobody develops or tests with */
function isRelease() {
  return appVersion() === 'release';
}

/**
 * Whether WeChat shows a page that was shared to Moments, in its single-page mode: there are no other pages, no camera,
 * no album, no login and no clipboard, and the storage is another one.
 *
 * @returns {boolean}
 */
function isSinglePage() {
  return wx.getLaunchOptionsSync().scene === SINGLE_PAGE;
}

/**
 * The text size that the user chose in WeChat, as a factor.
 *
 * @returns {number} 1 is WeChat's standard
 */
function textScale() {
  const { fontSizeScaleFactor, fontSizeSetting } = wx.getAppBaseInfo();
  const scale = fontSizeScaleFactor || fontSizeSetting / STANDARD_TEXT || 1;
  return Math.min(Math.max(scale, SMALLEST_SCALE), LARGEST_SCALE);
}

module.exports = { appVersion, isPhone, isRelease, isSinglePage, textScale };

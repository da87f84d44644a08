// @ts-check

/** Text sizes outside these bounds break the layout. */
const SMALLEST_SCALE = 0.9;
const LARGEST_SCALE = 1.5;
/** Pixels; WeChat's standard text size. */
const STANDARD_TEXT = 17;

/** @returns {boolean} false in DevTools, where 127.0.0.1 is the developer's computer */
function isPhone() {
  const { platform } = wx.getDeviceInfo();
  return platform === 'ios' || platform === 'android' || platform === 'ohos';
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

module.exports = { isPhone, textScale };

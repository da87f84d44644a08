// @ts-check

const { isSinglePage } = require('./device-info');

const CAMERA = 'pages/photo/photo';
const SETTINGS = '/pages/settings/settings';

/**
 * Sets the title of the page in front: call it in `onShow`, since a page that only gets ready may lie below another.
 * The single-page mode shows the title of the page's JSON and lets nobody set one.
 *
 * @param {string} title
 */
function showTitle(title) {
  if (!isSinglePage()) wx.setNavigationBarTitle({ title });
}

/** Goes back to the photo page if it is open, else relaunches it. */
function toCamera() {
  const pages = getCurrentPages();
  const from = pages.length - 1;
  const at = pages.map(({ route }) => route).lastIndexOf(CAMERA);
  if (at >= 0 && at < from) wx.navigateBack({ delta: from - at });
  else wx.reLaunch({ url: `/${CAMERA}` });
}

/** Goes to the previous page, or to the camera if there is none, as on a shared page. */
function leave() {
  if (getCurrentPages().length > 1) wx.navigateBack({});
  else toCamera();
}

function openSettings() {
  wx.navigateTo({ url: SETTINGS });
}

/** Recreates every page, because pages read the language and the server only once, and reopens the settings. */
function beginAnewInSettings() {
  wx.reLaunch({ url: `/${CAMERA}`, success: openSettings });
}

module.exports = { CAMERA, showTitle, toCamera, leave, openSettings, beginAnewInSettings };

// @ts-check

const CAMERA = 'pages/photo/photo';
const SETTINGS = '/pages/settings/settings';

/** To the page that takes photos: back to it where it is open, else anew. */
function toCamera() {
  const pages = getCurrentPages();
  const from = pages.length - 1;
  const at = pages.map(({ route }) => route).lastIndexOf(CAMERA);
  if (at >= 0 && at < from) wx.navigateBack({ delta: from - at });
  else wx.reLaunch({ url: `/${CAMERA}` });
}

/** To the page before this one, or to the camera where there is none: a shared page has none. */
function leave() {
  if (getCurrentPages().length > 1) wx.navigateBack({});
  else toCamera();
}

function openSettings() {
  wx.navigateTo({ url: SETTINGS });
}

/** Makes every page anew, for what they asked only once, and comes back to the settings. */
function beginAnewInSettings() {
  wx.reLaunch({ url: `/${CAMERA}`, success: openSettings });
}

module.exports = { CAMERA, toCamera, leave, openSettings, beginAnewInSettings };

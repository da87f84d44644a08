// @ts-check

const CAMERA = 'pages/photo/photo';
const SETTINGS = '/pages/settings/settings';

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

module.exports = { CAMERA, toCamera, leave, openSettings, beginAnewInSettings };

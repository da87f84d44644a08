// @ts-check

const CAMERA = 'pages/photo/photo';

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

module.exports = { CAMERA, toCamera, leave };

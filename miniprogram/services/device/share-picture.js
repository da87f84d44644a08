// @ts-check
const { wxPromise } = require('./wx-promise');

/**
 * Opens WeChat's menu for a picture: to a friend, to Moments, into the favourites or the album.
 *
 * @param {string} path  of a file
 * @returns {Promise<'shared' | 'cancelled' | 'failed'>} `failed` also where WeChat has no such menu
 */
async function sharePicture(path) {
  if (!wx.canIUse('showShareImageMenu')) return 'failed';
  try {
    await wxPromise(wx.showShareImageMenu, { path });
    return 'shared';
  } catch (error) {
    return /cancel/i.test(String(/** @type {{errMsg?: string}} */ (error).errMsg)) ? 'cancelled' : 'failed';
  }
}

module.exports = { sharePicture };

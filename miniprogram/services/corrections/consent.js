// @ts-check

/** What the person agreed to beyond being answered. Chosen in the settings, nowhere else. */

const STORAGE_KEY = 'may-contribute';

/** @returns {boolean} whether photos that the person corrected may go to the server to learn from */
function mayContribute() {
  return wx.getStorageSync(STORAGE_KEY) === true;
}

/** @param {boolean} may */
function setContributing(may) {
  wx.setStorageSync(STORAGE_KEY, may);
}

module.exports = { mayContribute, setContributing };

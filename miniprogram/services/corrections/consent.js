// @ts-check

/** Consent to send corrections to the server, given in the settings only. */

const STORAGE_KEY = 'may-contribute';

/** @returns {boolean} false by default */
function mayContribute() {
  return wx.getStorageSync(STORAGE_KEY) === true;
}

/** @param {boolean} may */
function setContributing(may) {
  wx.setStorageSync(STORAGE_KEY, may);
}

module.exports = { mayContribute, setContributing };

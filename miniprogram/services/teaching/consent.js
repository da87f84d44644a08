// @ts-check
const { currentServer } = require('../server/address');

/** Consent to keep taught names and photos on a server. Another server needs its own. */

const STORAGE_KEY = 'may-teach';

/** @returns {boolean} whether the user agreed, for the server in use; false by default */
function mayTeach() {
  return wx.getStorageSync(STORAGE_KEY) === currentServer();
}

/** Agrees for the server in use. Throws if the storage is full. */
function allowTeaching() {
  wx.setStorageSync(STORAGE_KEY, currentServer());
}

/** Withdraws the consent. Works in a full storage. */
function forbidTeaching() {
  wx.removeStorageSync(STORAGE_KEY);
}

module.exports = { mayTeach, allowTeaching, forbidTeaching };

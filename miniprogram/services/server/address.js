// @ts-check
const { SERVERS } = require('../../config/server');
const { isPlaceholder, parseAddress } = require('./url');

const STORAGE_KEY = 'server-address';

/** @returns {'develop' | 'trial' | 'release'} */
function version() {
  return wx.getAccountInfoSync().miniProgram.envVersion;
}

/**
 * Whether this version lets a person choose the server. The release never does: an address typed once
 * would outlive every update.
 *
 * @returns {boolean}
 */
function mayChangeServer() {
  return version() !== 'release';
}

/** @returns {string} the address out of config/server.js */
function defaultServer() {
  return SERVERS[version()].replace(/\/+$/, '');
}

/** @returns {string} the address in use, without a slash at the end */
function currentServer() {
  if (!mayChangeServer()) return defaultServer();
  const stored = wx.getStorageSync(STORAGE_KEY);
  return (typeof stored === 'string' && parseAddress(stored)) || defaultServer();
}

/** @returns {boolean} false while config/server.js has only its placeholder for this version */
function isServerSet() {
  return !isPlaceholder(currentServer());
}

/** @param {string} address  as `parseAddress` gives it */
function chooseServer(address) {
  wx.setStorageSync(STORAGE_KEY, address);
}

/** Back to the address out of config/server.js. */
function forgetServer() {
  wx.removeStorageSync(STORAGE_KEY);
}

module.exports = {
  currentServer,
  defaultServer,
  isServerSet,
  mayChangeServer,
  chooseServer,
  forgetServer,
};

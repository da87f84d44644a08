// @ts-check
const { SERVERS } = require('../../config/server');
const { isPlaceholder, parseAddress } = require('./url');

const STORAGE_KEY = 'server-address';

/** @returns {'develop' | 'trial' | 'release'} */
function version() {
  return wx.getAccountInfoSync().miniProgram.envVersion;
}

/**
 * Whether this version lets the user choose the server. The release never does: a typed address would
 * outlive every update.
 *
 * @returns {boolean}
 */
function mayChangeServer() {
  return version() !== 'release';
}

/** @returns {string} the address from config/server.js */
function defaultServer() {
  return SERVERS[version()].replace(/\/+$/, '');
}

/** @returns {string} the address in use, without a trailing slash */
function currentServer() {
  if (!mayChangeServer()) return defaultServer();
  const stored = wx.getStorageSync(STORAGE_KEY);
  return (typeof stored === 'string' && parseAddress(stored)) || defaultServer();
}

/** @returns {boolean} false if config/server.js has only the placeholder for this version */
function isServerSet() {
  return !isPlaceholder(currentServer());
}

/** @param {string} address  as returned by `parseAddress` */
function chooseServer(address) {
  wx.setStorageSync(STORAGE_KEY, address);
}

/** Returns to the address from config/server.js. */
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

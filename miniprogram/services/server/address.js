// @ts-check
const { SERVERS } = require('../../config/server');
const { appVersion, isRelease } = require('../device/device-info');
const { isPlaceholder, isPrivate, parseAddress, parseCloud } = require('./url');
const { texts } = require('../../texts/texts');

const STORAGE_KEY = 'server-address';

/**
 * Whether this version may use a typed address. The release takes those of the local network only, as in a school:
 * WeChat reaches them without a listed domain, and what is public has passed its review in config/server.js.
 *
 * @param {string} address  as returned by `parseAddress`
 * @returns {boolean}
 */
function isAllowed(address) {
  return !isRelease() || isPrivate(address);
}

/** @returns {string} the address from config/server.js */
function defaultServer() {
  return SERVERS[appVersion()].replace(/\/+$/, '');
}

/** @returns {string | null} the address that the user chose, if this version may use it */
function chosenServer() {
  const stored = wx.getStorageSync(STORAGE_KEY);
  const address = typeof stored === 'string' ? parseAddress(stored) : null;
  return address && isAllowed(address) ? address : null;
}

/** @returns {string} the address in use, without a trailing slash */
function currentServer() {
  return chosenServer() || defaultServer();
}

/** @returns {boolean} whether requests go through 微信云托管, which knows the user without a login */
function isCloudServer() {
  return parseCloud(currentServer()) !== null;
}

/** @returns {string} what users call the server in use: its address, or 微信云托管, whose address means nothing to them */
function serverName() {
  return isCloudServer() ? texts().server.cloud : currentServer();
}

/**
 * Whether the user may be sent to the settings to change the address: a developer, or someone who chose one before.
 *
 * @returns {boolean}
 */
function mayOfferAddress() {
  return !isRelease() || chosenServer() !== null;
}

/** @returns {boolean} false if config/server.js has only the placeholder for this version, and none was chosen */
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
  isAllowed,
  isCloudServer,
  serverName,
  mayOfferAddress,
  chooseServer,
  forgetServer,
};

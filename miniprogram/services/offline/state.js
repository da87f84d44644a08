// @ts-check
const { currentServer } = require('../server/address');
const { hasForm, isFilledText } = require('../api/schema');
const { photoFolder } = require('../device/photo-folder');

/**
 * The model for recognition without a network, as it is kept on this phone. What fetches and runs it is in the
 * subpackage `offline/`.
 *
 * @typedef {import('../../contract').OnDevice} OnDevice
 *
 * @typedef {object} Kept
 * @property {string} server  whose model it is; no other one is used beside another server
 * @property {OnDevice | null} installed  complete, and has run on this phone
 * @property {OnDevice | null} wanted  being downloaded, or interrupted
 */

const STORAGE_KEY = 'offline';

const folder = photoFolder('offline');

/** What a server describes was checked when it came. */
const isModelOrNone = (/** @type {any} */ value) => value === null || isFilledText(value?.onnx?.sha256);

const isKept = hasForm({ server: isFilledText, installed: isModelOrNone, wanted: isModelOrNone });

/** @returns {Kept} of the server in use */
function kept() {
  const stored = wx.getStorageSync(STORAGE_KEY);
  const server = currentServer();
  return isKept(stored) && stored.server === server ? stored : { server, installed: null, wanted: null };
}

/** @returns {OnDevice | null} the model that can run now; null if offline recognition is off */
function offlineModel() {
  return kept().installed;
}

/** @returns {boolean} false below base library 2.30.0 */
function canRunModels() {
  return typeof wx.createInferenceSession === 'function';
}

/** @returns {Promise<unknown>} when the files are deleted too */
function forgetOffline() {
  wx.removeStorageSync(STORAGE_KEY);
  return folder.sweep(new Set());
}

module.exports = { kept, offlineModel, canRunModels, forgetOffline, STORAGE_KEY, offlineFolder: folder, offlineSize: folder.size };

// @ts-check
const { currentServer } = require('../server/address');
const { hasForm, isFilledText, isOnDevice } = require('../api/schema');
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

const isKept = hasForm({
  server: isFilledText,
  installed: (value) => value === null || isOnDevice(value),
  wanted: (value) => value === null || isOnDevice(value),
});

/** @returns {Kept} of the server in use */
function kept() {
  const stored = wx.getStorageSync(STORAGE_KEY);
  const server = currentServer();
  return isKept(stored) && stored.server === server ? stored : { server, installed: null, wanted: null };
}

/**
 * @param {Partial<Kept>} changes
 * @throws {{errMsg: string}} if the storage is full
 */
function keep(changes) {
  wx.setStorageSync(STORAGE_KEY, { ...kept(), ...changes });
}

/** @returns {OnDevice | null} the model that can run now; null if offline recognition is off */
function offlineModel() {
  return kept().installed;
}

/** @returns {boolean} false below base library 2.30.0 */
function canRunModels() {
  return typeof wx.createInferenceSession === 'function';
}

/**
 * @param {OnDevice} model
 * @returns {{onnx: string, labels: string}} names of its files, which another version does not share
 */
function filesOf({ onnx, labels }) {
  return { onnx: `${onnx.sha256.slice(0, 16)}.onnx`, labels: `${labels.sha256.slice(0, 16)}.json` };
}

/** @returns {Promise<unknown>} when the files of no other model are left */
function sweepOffline() {
  const { installed, wanted } = kept();
  const names = [installed, wanted].flatMap((model) => (model ? Object.values(filesOf(model)) : []));
  return folder.sweep(new Set(names));
}

/** @returns {Promise<unknown>} when the files are deleted too */
function forgetOffline() {
  wx.removeStorageSync(STORAGE_KEY);
  return folder.sweep(new Set());
}

module.exports = {
  kept,
  keep,
  offlineModel,
  canRunModels,
  filesOf,
  sweepOffline,
  forgetOffline,
  offlineFolder: folder,
  offlineSize: folder.size,
};

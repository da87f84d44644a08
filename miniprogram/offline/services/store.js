// @ts-check
const { kept, offlineFolder, STORAGE_KEY } = require('../../services/offline/state');

/**
 * The files of a model, and what is noted about them.
 *
 * @typedef {import('../../contract').OnDevice} OnDevice
 */

/**
 * @param {Partial<import('../../services/offline/state').Kept>} changes
 * @throws {{errMsg: string}} if the storage is full
 */
function keep(changes) {
  wx.setStorageSync(STORAGE_KEY, { ...kept(), ...changes });
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
  return offlineFolder.sweep(new Set(names));
}

module.exports = { keep, filesOf, sweepOffline };

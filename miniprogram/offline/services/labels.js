// @ts-check
const { filesOf } = require('./store');
const { hasForm, isFilledText, isName } = require('../../services/api/schema');
const { offlineFolder } = require('../../services/offline/state');
const { parseJson } = require('../../services/http/json');
const { problem } = require('./problem');
const { wxPromise } = require('../../services/device/wx-promise');

/** @typedef {Pick<import('../../contract').Prediction, 'id' | 'label' | 'name'>} Label */

const isLabel = hasForm({ id: isFilledText, label: isFilledText, name: isName });

/**
 * @param {import('../../contract').OnDevice} model
 * @returns {Promise<Label[]>} in the order of the model's outputs
 * @throws {import('./problem').Problem} `damaged`
 */
async function readLabels(model) {
  const filePath = offlineFolder.path(filesOf(model).labels);
  const encoding = /** @type {const} */ ('utf8');
  const file = wxPromise((options) => wx.getFileSystemManager().readFile(options), { filePath, encoding });
  const text = await file.then(
    ({ data }) => data,
    () => ''
  );
  const labels = parseJson(text);
  if (!Array.isArray(labels) || !labels.every(isLabel)) throw problem('damaged');
  return labels;
}

module.exports = { readLabels };

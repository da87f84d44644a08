// @ts-check
const { hasForm, isFilledText, isModel, isName, isPrediction, isText } = require('../api/schema');

/**
 * What is stored of past results, without the photos. The platform allows 1 MB for a key and 10 MB for all.
 *
 * @typedef {object} Correction
 * @property {string} id  of the class; '' where the person typed a name
 * @property {string} label  as Keras's index spells the class, or what was typed
 * @property {import('../../contract').Name} name
 *
 * @typedef {object} StoredEntry
 * @property {string} id
 * @property {number} takenAt  milliseconds since 1970
 * @property {string} file  name of the photo, see photo-files.js
 * @property {string} small  name of its small copy; '' where there is none
 * @property {number} bytes  of both files
 * @property {import('../../contract').Prediction[]} predictions
 * @property {boolean} confident
 * @property {import('../../contract').Model} model
 * @property {Correction | null} corrected
 */

const STORAGE_KEY = 'history';

/** Letters of JSON. A Chinese one takes three bytes, so that the worst stays below the platform's 1 MB. */
const LETTERS = 300_000;

const isCorrection = hasForm({ id: isText, label: isFilledText, name: isName });

const isStoredEntry = hasForm({
  id: isFilledText,
  takenAt: (value) => Number.isFinite(value),
  file: isFilledText,
  small: isText,
  bytes: (value) => Number.isFinite(value) && value >= 0,
  predictions: (value) => Array.isArray(value) && value.length > 0 && value.every(isPrediction),
  confident: (value) => typeof value === 'boolean',
  model: isModel,
  corrected: (value) => value === null || isCorrection(value),
});

/** @returns {StoredEntry[]} newest first; what is of another form is left out */
function readIndex() {
  const stored = wx.getStorageSync(STORAGE_KEY);
  return Array.isArray(stored) ? stored.filter(isStoredEntry) : [];
}

/**
 * @param {StoredEntry[]} index  newest first
 * @returns {boolean} whether it is stored now; false where there is no room
 */
function writeIndex(index) {
  if (JSON.stringify(index).length > LETTERS) return false;
  try {
    wx.setStorageSync(STORAGE_KEY, index);
    return true;
  } catch {
    return false;
  }
}

/** Needs no room, unlike writing an empty one. What could not be removed is still there at the next start. */
function removeIndex() {
  try {
    wx.removeStorageSync(STORAGE_KEY);
  } catch (error) {
    console.warn(error);
  }
}

module.exports = { readIndex, writeIndex, removeIndex };

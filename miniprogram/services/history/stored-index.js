// @ts-check
const { hasForm, isFilledText, isKind, isModel, isName, isPrediction, isText } = require('../api/schema');

/**
 * Past results in key-value storage, without the photos. The platform allows 1 MB a key and 10 MB in all.
 *
 * @typedef {object} Correction
 * @property {string} id  of the class; '' if the user typed a name
 * @property {string} label  of the class, or the typed name
 * @property {import('../../contract').Name} name
 *
 * @typedef {object} StoredEntry
 * @property {string} id
 * @property {number} takenAt  milliseconds since 1970
 * @property {string} file  name of the photo, see photo-files.js
 * @property {string} small  name of its small copy; '' if there is none
 * @property {number} bytes  of both files
 * @property {import('../../contract').Prediction[]} predictions
 * @property {boolean} confident
 * @property {import('../../contract').Kind | null} kind  null if the server gave none
 * @property {import('../../contract').Model} model
 * @property {Correction | null} corrected
 * @property {boolean} favourite
 * @property {boolean} offline  whether the phone recognised it by itself
 */

const STORAGE_KEY = 'history';

/** Characters of JSON. A Chinese one takes three bytes, so the worst case stays below the platform's 1 MB. */
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
  kind: (value) => value === null || isKind(value),
  model: isModel,
  corrected: (value) => value === null || isCorrection(value),
  favourite: (value) => typeof value === 'boolean',
  offline: (value) => typeof value === 'boolean',
});

/** @returns {StoredEntry[]} newest first; invalid entries are left out */
function readIndex() {
  const stored = wx.getStorageSync(STORAGE_KEY);
  if (!Array.isArray(stored)) return [];
  // Results of earlier versions have no kind, are no favourites and came from a server.
  return stored.map((entry) => ({ kind: null, favourite: false, offline: false, ...entry })).filter(isStoredEntry);
}

/**
 * @param {StoredEntry[]} index  newest first
 * @returns {boolean} false if it does not fit
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

/** Works in a full storage, unlike writing an empty index. If it fails, the index is back at the next start. */
function removeIndex() {
  try {
    wx.removeStorageSync(STORAGE_KEY);
  } catch (error) {
    console.warn(error);
  }
}

module.exports = { readIndex, writeIndex, removeIndex };

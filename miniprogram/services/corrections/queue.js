// @ts-check
const { hasForm, isFilledText } = require('../api/schema');

/**
 * Which corrections still wait to be sent. Of each only the result's id: photo and name are in the history.
 *
 * @typedef {object} Waiting
 * @property {string} id  of the result
 * @property {number} tries  so far
 */

const STORAGE_KEY = 'corrections-waiting';
const SENT_KEY = 'corrections-sent';
/** As many wait at most; the oldest go first. */
const WAITING = 20;
/** As many sent ones are remembered, as there are results at most. */
const SENT = 100;
/** What failed as often is given up. */
const TRIES = 5;

const isWaiting = hasForm({ id: isFilledText, tries: (value) => Number.isInteger(value) && value >= 0 });

/** @returns {Waiting[]} oldest first */
function waiting() {
  const stored = wx.getStorageSync(STORAGE_KEY);
  return Array.isArray(stored) ? stored.filter(isWaiting) : [];
}

/** @param {Waiting[]} all */
function keep(all) {
  try {
    if (all.length === 0) dropAll();
    else wx.setStorageSync(STORAGE_KEY, all.slice(-WAITING));
  } catch {
    // Without room they are not kept for later; the correction itself stays with its result.
  }
}

/** @param {string} id */
function wait(id) {
  keep([...without(id), { id, tries: 0 }]);
}

/**
 * @param {string} id
 * @returns {Waiting[]}
 */
function without(id) {
  return waiting().filter((one) => one.id !== id);
}

/** @param {string} id */
function drop(id) {
  keep(without(id));
}

/** @param {string} id  of one that failed; it stays where it is */
function countTry(id) {
  const counted = waiting().map((one) => (one.id === id ? { id, tries: one.tries + 1 } : one));
  keep(counted.filter(({ tries }) => tries < TRIES));
}

function dropAll() {
  wx.removeStorageSync(STORAGE_KEY);
}

/** @returns {string[]} oldest first */
function sent() {
  const stored = wx.getStorageSync(SENT_KEY);
  return Array.isArray(stored) ? stored.filter(isFilledText) : [];
}

/**
 * @param {string} id  of the result
 * @param {string} label  that was sent
 */
function noteSent(id, label) {
  try {
    wx.setStorageSync(SENT_KEY, [...sent(), `${id} ${label}`].slice(-SENT));
  } catch {
    // It may be offered once more, which the person decides.
  }
}

/**
 * @param {string} id  of the result
 * @param {string} label
 * @returns {boolean} whether the server has it
 */
function wasSent(id, label) {
  return sent().includes(`${id} ${label}`);
}

module.exports = { waiting, wait, drop, countTry, dropAll, noteSent, wasSent, WAITING, TRIES };

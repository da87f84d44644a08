// @ts-check
const { hasForm, isFilledText } = require('../api/schema');

/**
 * The queue of corrections to send, by result id: photo and name are in the history.
 *
 * @typedef {object} Waiting
 * @property {string} id  of the result
 * @property {number} tries  so far
 */

const STORAGE_KEY = 'corrections-waiting';
const SENT_KEY = 'corrections-sent';
/** Length of the queue; the oldest are dropped first. */
const WAITING = 20;
/** Sent corrections that are remembered: as many as the history has results. */
const SENT = 100;
/** Attempts before a correction is dropped. */
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
    // If the storage is full the queue is lost; the correction itself stays with its result.
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

/** @param {string} id  of one that failed; it keeps its place */
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
    // It may be offered once more, and the user decides.
  }
}

/**
 * @param {string} id  of the result
 * @param {string} label
 * @returns {boolean} whether it was sent
 */
function wasSent(id, label) {
  return sent().includes(`${id} ${label}`);
}

module.exports = { waiting, wait, drop, countTry, dropAll, noteSent, wasSent, WAITING, TRIES };

// @ts-check
const { asFailure, isWorthRetrying } = require('../http/failure');
const { countTry, drop, dropAll, noteSent, wait, waiting, wasSent, WAITING } = require('./queue');
const { entries, entry } = require('../history/history');
const { mayContribute } = require('./consent');
const { sendPhoto } = require('../api/send-photo');

/** @typedef {import('../http/failure').FailureKind} FailureKind */

/** The server wants none: nothing is asked and nothing is kept for later. */
const UNWANTED = new Set(/** @type {FailureKind[]} */ (['corrections-off', 'corrections-full']));

/** @type {Promise<void> | null} one at a time */
let sending = null;
/** @type {import('../http/task').Task<string> | null} */
let underWay = null;

/**
 * A correction for the server to learn from. Without consent nothing is sent and nothing waits to be sent.
 * Silent in any case: the correction stays on the phone, whatever becomes of it.
 *
 * @param {import('../history/history').Entry} corrected
 * @returns {Promise<void>} when all that wait were tried
 */
function offer({ id, corrected }) {
  if (!corrected) drop(id);
  else if (mayContribute()) wait(id);
  return sendWaiting();
}

/** @returns {Promise<void>} when all that wait were tried, or one of them found the server out of reach */
function sendWaiting() {
  sending =
    sending ||
    sendAll().finally(() => {
      sending = null;
    });
  return sending;
}

async function sendAll() {
  const tried = new Set();
  for (;;) {
    // Asked anew each time: it may have been taken back while the last photo was on its way.
    if (!mayContribute()) return dropAll();
    const next = waiting().find(({ id }) => !tried.has(id));
    if (!next) return;
    tried.add(next.id);
    if (!(await sendOne(next.id))) return;
  }
}

/**
 * @param {string} id
 * @returns {Promise<boolean>} whether it is worth trying the next one
 */
async function sendOne(id) {
  const found = entry(id);
  if (!found || !found.corrected) {
    drop(id);
    return true;
  }
  const { corrected, photo } = found;
  const label = labelOf(corrected);
  try {
    underWay = sendPhoto({ path: '/corrections', filePath: photo, formData: { label } });
    await underWay.promise;
  } catch (thrown) {
    return afterFailure(id, asFailure(thrown).kind);
  } finally {
    underWay = null;
  }
  noteSent(id, label);
  // What was changed meanwhile goes again, as it is now.
  const now = entry(id);
  if (now && now.corrected === corrected) drop(id);
  return true;
}

/**
 * @param {string} id
 * @param {FailureKind} kind
 * @returns {boolean}
 */
function afterFailure(id, kind) {
  if (UNWANTED.has(kind)) dropAll();
  else if (isWorthRetrying(kind)) countTry(id);
  else drop(id);
  return !isWorthRetrying(kind);
}

/**
 * @param {import('../history/history').Correction} corrected
 * @returns {string} as the server takes it
 */
function labelOf({ id, label }) {
  return id || label;
}

/** @returns {import('../history/history').Entry[]} corrected while nothing was to be sent, newest first; as many as can wait */
function unsent() {
  const known = new Set(waiting().map(({ id }) => id));
  return entries()
    .filter(({ id, corrected }) => corrected && !known.has(id) && !wasSent(id, labelOf(corrected)))
    .slice(0, WAITING);
}

/** @returns {Promise<void>} when all of them were tried */
function offerUnsent() {
  for (const { id } of unsent().reverse()) wait(id);
  return sendWaiting();
}

/** Calls off what is on its way and forgets what waits. */
function stopSending() {
  dropAll();
  if (underWay) underWay.cancel();
}

module.exports = { offer, sendWaiting, unsent, offerUnsent, stopSending };

// @ts-check
const { asFailure, isWorthRetrying } = require('../http/failure');
const { countTry, drop, dropAll, noteSent, wait, waiting, wasSent, WAITING } = require('./queue');
const { entries, entry } = require('../history/history');
const { mayContribute } = require('./consent');
const { sendPhoto } = require('../api/send-photo');

/** @typedef {import('../http/failure').FailureKind} FailureKind */

/** The server takes no corrections: the queue is dropped. */
const UNWANTED = new Set(/** @type {FailureKind[]} */ (['corrections-off', 'corrections-full']));

/** @type {Promise<void> | null} one at a time */
let sending = null;
/** @type {import('../http/task').Task<string> | null} */
let underWay = null;

/**
 * Queues a correction and sends the queue, if the user agreed. Failures are silent: the correction stays
 * on the phone in any case.
 *
 * @param {import('../history/history').Entry} corrected
 * @returns {Promise<void>} when the whole queue was tried
 */
function offer({ id, corrected }) {
  if (!corrected) drop(id);
  else if (mayContribute()) wait(id);
  return sendWaiting();
}

/** @returns {Promise<void>} when the whole queue was tried, or the server was out of reach */
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
    // Checked each time: consent may have been withdrawn during the last upload.
    if (!mayContribute()) return dropAll();
    const next = waiting().find(({ id }) => !tried.has(id));
    if (!next) return;
    tried.add(next.id);
    if (!(await sendOne(next.id))) return;
  }
}

/**
 * @param {string} id
 * @returns {Promise<boolean>} whether to try the next one
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
  // A correction that changed meanwhile is sent again.
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
 * @returns {string} in the form that the server accepts: the id of a class, or a name
 */
function labelOf({ id, label }) {
  return id.startsWith('taught:') ? label : id || label;
}

/** @returns {import('../history/history').Entry[]} corrected without consent, newest first; as many as the queue holds */
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

/** Cancels the upload and empties the queue. */
function stopSending() {
  dropAll();
  if (underWay) underWay.cancel();
}

module.exports = { offer, sendWaiting, unsent, offerUnsent, stopSending };

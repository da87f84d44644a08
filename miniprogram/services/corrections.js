// @ts-check
const { asFailure, isWorthRetrying } = require('./failure');
const { countTry, drop, dropAll, wait, waiting } = require('./corrections-kept');
const { entry } = require('./history');
const { mayContribute } = require('./consent');
const { send } = require('./sending');

/** @typedef {import('./failure').FailureKind} FailureKind */

/** The server wants none: nothing is asked and nothing is kept for later. */
const UNWANTED = new Set(/** @type {FailureKind[]} */ (['corrections-off', 'corrections-full']));

/** @type {Promise<void> | null} one at a time */
let sending = null;

/**
 * A correction for the server to learn from. Without consent nothing is sent and nothing waits to be sent.
 * Silent in any case: the correction stays on the phone, whatever becomes of it.
 *
 * @param {import('./history').Entry} corrected
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
  const label = corrected.id || corrected.label;
  try {
    await send({ path: '/corrections', filePath: photo, formData: { label } }).promise;
  } catch (thrown) {
    return afterFailure(id, asFailure(thrown).kind);
  }
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

module.exports = { offer, sendWaiting };

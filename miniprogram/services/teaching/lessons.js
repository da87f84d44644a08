// @ts-check
const { asFailure, isWorthRetrying } = require('../http/failure');
const { compressed } = require('../api/compress');
const { currentServer } = require('../server/address');
const { dropBook, dropThing, putThing } = require('./book');
const { add, drop, dropPhotos, find, photos, putBack, room, takeOut, update, waiting } = require('./queue');
const { forbidTeaching, mayTeach } = require('./consent');
const { forgetThings, removeThing, renameThing, teachPhoto, undoRemoval } = require('../api/taught');
const { speaksChinese } = require('../../texts/texts');
const { suffixOf } = require('../history/photo-files');

/**
 * Teaches the server: every change goes into the queue, and the queue is sent at once or as soon as the server can
 * be reached.
 *
 * @typedef {import('./queue').Change} Change
 * @typedef {import('../http/failure').Failure} Failure
 * @typedef {import('../http/failure').FailureKind} FailureKind
 * @typedef {import('../../contract').Taught} Taught
 *
 * @typedef {{type: 'changed'} | {type: 'progress', key: string, percent: number}
 *   | {type: 'taught', key: string, taught: Taught}} Lesson  `changed`: the queue or the things
 */

/** Seconds for which the queue waits by itself: a limit of photos a minute is over by then. */
const LONGEST_WAIT = 120;
/** Attempts that fail before a photo waits for the user, whose mobile data it costs. */
const TRIES = 5;

/** @type {Set<(lesson: Lesson) => void>} */
const listeners = new Set();
/** @type {Promise<void> | null} one at a time */
let sending = null;
/** @type {{key: string, task: import('../http/task').Task<any>} | null} */
let underWay = null;
/** @type {FailureKind | ''} why the queue waits */
let blocked = '';
let timer = 0;
/** @type {Map<string, string>} change -> token that undoes it */
const undos = new Map();

/**
 * @param {(lesson: Lesson) => void} listener
 * @returns {() => void} ends it
 */
function onLesson(listener) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** @param {Lesson} lesson */
function tell(lesson) {
  for (const listener of [...listeners]) listener(lesson);
}

function changed() {
  tell({ type: 'changed' });
}

/** @returns {FailureKind | ''} why the queue waits; '' if it does not */
function whyWaiting() {
  return blocked;
}

/** @returns {Change[]} of the server in use */
function waitingChanges() {
  return waiting().filter(({ server }) => server === currentServer());
}

/**
 * Queues one photo.
 *
 * @param {string} path  of the photo
 * @param {string} name  of the thing
 * @returns {Promise<Change>}
 * @throws {{errMsg: string} | Error} if it does not fit into the queue or onto the phone
 */
async function teach(path, name) {
  if (room() === 0) throw new Error('too many changes wait');
  const smaller = await compressed(path).promise;
  const file = Date.now().toString(36) + Math.random().toString(36).slice(2, 8) + suffixOf(smaller);
  await photos.copy(smaller, file);
  const change = add({ kind: 'teach', server: currentServer(), name, file, lang: speaksChinese() ? 'zh' : 'en' });
  changed();
  void sendLessons();
  return change;
}

/**
 * @param {Pick<import('./book').BookThing, 'id' | 'name'>} thing
 * @param {string} name
 */
function rename(thing, name) {
  if (thing.id) add({ kind: 'rename', server: currentServer(), id: thing.id, before: thing.name, name });
  else renameLessons(thing.name, name);
  changed();
  void sendLessons();
}

/**
 * @param {string} before
 * @param {string} name
 */
function renameLessons(before, name) {
  for (const { key, kind, name: called } of waitingChanges()) if (kind === 'teach' && called === before) update(key, { name });
}

/**
 * Deletes a thing.
 *
 * @param {Pick<import('./book').BookThing, 'id' | 'name'>} thing
 * @returns {{undo: () => Promise<void>, over: () => void}} `undo` rejects with a Failure; `over` if nobody undoes it
 */
function remove({ id, name }) {
  if (!id) return removeLessons(name);
  const { key } = add({ kind: 'remove', server: currentServer(), id });
  changed();
  void sendLessons();
  return { undo: () => undo(key), over: () => void undos.delete(key) };
}

/**
 * Deletes a thing that the server does not have yet.
 *
 * @param {string} name
 * @returns {{undo: () => Promise<void>, over: () => void}}
 */
function removeLessons(name) {
  const gone = takeOut(({ kind, name: called, server }) => kind === 'teach' && called === name && server === currentServer());
  cancel(gone);
  changed();
  return {
    async undo() {
      putBack(gone);
      changed();
      await sendLessons();
    },
    over: () => void dropPhotos(gone),
  };
}

/** @param {Change[]} changes  that may be under way */
function cancel(changes) {
  if (underWay && changes.some(({ key }) => underWay && key === underWay.key)) underWay.task.cancel();
}

/** @param {string} key  of a removal */
async function undo(key) {
  if (underWay && underWay.key === key) await underWay.task.promise.catch(() => {});
  const token = undos.get(key);
  if (token) {
    putThing((await undoRemoval(token).promise).thing);
    undos.delete(key);
  } else await drop(key);
  changed();
}

/**
 * Withdraws one photo.
 *
 * @param {string} key
 */
function skip(key) {
  cancel(waiting().filter((change) => change.key === key));
  void drop(key);
  changed();
}

/**
 * Sends a refused change again, as the user decided.
 *
 * @param {string} key
 * @param {{name?: string, force?: boolean}} decision  another name, or the same although the server objected
 */
function insist(key, decision) {
  update(key, { refused: '', other: null, ...decision });
  changed();
  void sendLessons();
}

/**
 * Withdraws the consent: nothing more is sent, and everything of this user is deleted, on the phone at once and on the
 * server as soon as it can be reached.
 *
 * @returns {Promise<boolean>} whether the server has deleted it
 */
async function withdraw() {
  forbidTeaching();
  await forgetLessons();
  add({ kind: 'forget', server: currentServer() });
  changed();
  await sendLessons();
  return !isForgetting();
}

/** Deletes what this phone knows of taught things, with all that waits. The server keeps what it has. */
async function forgetLessons() {
  const gone = takeOut(() => true);
  cancel(gone);
  undos.clear();
  await Promise.all([dropPhotos(gone), dropBook()]);
  changed();
}

/** @returns {boolean} whether the server still has to delete everything */
function isForgetting() {
  return waitingChanges().some(({ kind }) => kind === 'forget');
}

/** @returns {Promise<void>} when the whole queue was tried, or the server was out of reach */
function sendLessons() {
  sending = sending || sendAll();
  return sending;
}

async function sendAll() {
  // So that `sending` is set before it is cleared below, at once with the last look into the queue.
  await Promise.resolve();
  blocked = '';
  const tried = new Set();
  const isNext = (/** @type {Change} */ { key, refused }) => !refused && !tried.has(key);
  for (let next = waitingChanges().find(isNext); next; next = waitingChanges().find(isNext)) {
    tried.add(next.key);
    if (next.kind !== 'forget' && !mayTeach()) await drop(next.key);
    else if (!(await sendOne(next))) break;
  }
  sending = null;
  changed();
}

/**
 * @param {Change} change
 * @returns {import('../http/task').Task<any>}
 */
function request({ key, kind, id, name, file, lang, force }) {
  if (kind === 'rename') return renameThing(id, name, force);
  if (kind === 'remove') return removeThing(id);
  if (kind === 'forget') return forgetThings();
  return teachPhoto({ filePath: photos.path(file), name, lang, force }, (percent) => tell({ type: 'progress', key, percent }));
}

/**
 * @param {Change} change
 * @returns {Promise<boolean>} whether to try the next one
 */
async function sendOne(change) {
  const task = request(change);
  underWay = { key: change.key, task };
  try {
    await finish(change, await task.promise);
    return true;
  } catch (thrown) {
    return afterFailure(change, asFailure(thrown));
  } finally {
    underWay = null;
    changed();
  }
}

/**
 * @param {Change} change
 * @param {any} body  of the response
 */
async function finish(change, body) {
  const { key, kind, id, before, name } = change;
  if (kind === 'remove') {
    dropThing(id);
    if (body.undo) undos.set(key, body.undo);
    void dropPhotos(takeOut((other) => other.kind === 'rename' && other.id === id));
  } else if (kind === 'rename') {
    dropThing(id);
    putThing(body.thing);
    renameLessons(before, name);
  } else if (kind === 'teach') putThing(body.thing);
  await drop(key);
  if (kind === 'teach') tell({ type: 'taught', key, taught: body });
}

/**
 * @param {Change} change
 * @param {Failure} failure
 * @returns {Promise<boolean>} whether to try the next one
 */
async function afterFailure(change, { kind, other, retryAfter }) {
  const { key, tries, id } = change;
  if (!find(key)) return true;
  if (isMoot(change, kind)) {
    if (id) dropThing(id);
    await drop(key);
    return true;
  }
  // A photo that cannot be read would hold up everything behind it.
  if ((isWorthRetrying(kind) && !/^image-/.test(kind)) || change.kind === 'forget') {
    update(key, { tries: tries + 1 });
    blocked = kind;
    if (tries < TRIES) sendAfter(retryAfter);
    return false;
  }
  update(key, { refused: kind, other });
  return true;
}

/** @param {number} seconds  that the server asks to wait; 0 if it does not */
function sendAfter(seconds) {
  clearTimeout(timer);
  if (seconds > 0 && seconds <= LONGEST_WAIT) timer = setTimeout(() => void sendLessons(), seconds * 1000);
}

/**
 * Whether a failure leaves nothing to do: the thing is gone, or an earlier attempt arrived whose response got lost.
 *
 * @param {Change} change
 * @param {FailureKind} failure
 * @returns {boolean}
 */
function isMoot({ kind, tries }, failure) {
  if (failure === 'not-found') return kind === 'rename' || kind === 'remove';
  return failure === 'taught-before' && tries > 0;
}

module.exports = {
  onLesson,
  whyWaiting,
  waitingChanges,
  teach,
  rename,
  remove,
  skip,
  insist,
  withdraw,
  forgetLessons,
  isForgetting,
  sendLessons,
};

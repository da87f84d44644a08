// @ts-check
const { photoFolder } = require('../device/photo-folder');
const { hasForm, isFilledText, isText } = require('../api/schema');

/**
 * Changes of the taught things that the server does not have yet, in the order in which they were made. They survive
 * a restart, with their photos.
 *
 * - `teach`: one more photo of the thing called `name`
 * - `rename`: the thing `id`, called `before`, is called `name`
 * - `remove`: the thing `id` is deleted
 * - `forget`: everything is deleted; the consent was withdrawn
 *
 * @typedef {'teach' | 'rename' | 'remove' | 'forget'} ChangeKind
 *
 * @typedef {object} Change
 * @property {string} key
 * @property {ChangeKind} kind
 * @property {string} server  the only one that gets it
 * @property {string} id  of the thing; '' for `teach` and `forget`
 * @property {string} name  '' for `remove` and `forget`
 * @property {string} before  '' but for `rename`
 * @property {string} file  of the photo, for `teach`; else ''
 * @property {'zh' | 'en'} lang  of the name
 * @property {boolean} force  the user insists: teach although it looks like another thing, or merge two things
 * @property {number} tries  attempts that failed
 * @property {import('../http/failure').FailureKind | ''} refused  why the server refuses it; then the user decides
 * @property {import('../../contract').OtherThing | null} other  thing that is in the way
 */

const STORAGE_KEY = 'taught-waiting';
/** Length of the queue. Its photos have about 0.3 MB each. */
const WAITING = 60;

const folder = photoFolder('teaching');
const KINDS = ['teach', 'rename', 'remove', 'forget'];

const isOther = hasForm({ id: isText, name: isText });

const isChange = hasForm({
  key: isFilledText,
  kind: (value) => KINDS.includes(value),
  server: isFilledText,
  id: isText,
  name: isText,
  before: isText,
  file: isText,
  lang: (value) => value === 'zh' || value === 'en',
  force: (value) => typeof value === 'boolean',
  tries: (value) => Number.isInteger(value) && value >= 0,
  refused: isText,
  other: (value) => value === null || isOther(value),
});

/** @type {Change[] | null} null until the storage was read */
let loaded = null;

/** @returns {Change[]} in the order in which they were made */
function waiting() {
  if (!loaded) {
    const stored = wx.getStorageSync(STORAGE_KEY);
    loaded = Array.isArray(stored) ? stored.filter(isChange) : [];
    // Photos of lessons that were taken back just before the mini-program was killed.
    void folder.sweep(new Set(loaded.map(({ file }) => file)));
  }
  return loaded;
}

/**
 * @param {Change[]} changes
 * @returns {boolean} whether they are stored; if not, they last for the session
 */
function keep(changes) {
  loaded = changes;
  try {
    if (changes.length === 0) wx.removeStorageSync(STORAGE_KEY);
    else wx.setStorageSync(STORAGE_KEY, changes);
    return true;
  } catch {
    return false;
  }
}

/** @returns {number} changes that fit */
function room() {
  return Math.max(0, WAITING - waiting().length);
}

/**
 * @param {Pick<Change, 'kind' | 'server'> & Partial<Change>} change
 * @returns {Change} as it waits
 */
function add(change) {
  const key = Date.now().toString(36) + Math.random().toString(36).slice(2, 8);
  /** @type {Change} */
  const full = {
    ...{ key, id: '', name: '', before: '', file: '', lang: 'zh', force: false, tries: 0, refused: '', other: null },
    ...change,
  };
  keep([...waiting(), full]);
  return full;
}

/**
 * @param {string} key
 * @returns {Change | null}
 */
function find(key) {
  return waiting().find((change) => change.key === key) || null;
}

/**
 * @param {string} key
 * @param {Partial<Change>} changes
 */
function update(key, changes) {
  keep(waiting().map((change) => (change.key === key ? { ...change, ...changes } : change)));
}

/**
 * Takes changes out of the queue. Their photos stay until `dropPhotos`.
 *
 * @param {(change: Change) => boolean} isGone
 * @returns {Change[]} those that were taken out
 */
function takeOut(isGone) {
  const gone = waiting().filter(isGone);
  if (gone.length) keep(waiting().filter((change) => !gone.includes(change)));
  return gone;
}

/** @param {Change[]} changes  of `takeOut` */
function putBack(changes) {
  keep([...waiting(), ...changes]);
}

/**
 * @param {Change[]} changes  of `takeOut`
 * @returns {Promise<unknown>}
 */
function dropPhotos(changes) {
  return Promise.all(changes.filter(({ file }) => file).map(({ file }) => folder.drop(file)));
}

/**
 * @param {string} key
 * @returns {Promise<unknown>} when its photo is deleted too
 */
function drop(key) {
  return dropPhotos(takeOut((change) => change.key === key));
}

module.exports = { waiting, room, add, find, update, takeOut, putBack, drop, dropPhotos, photos: folder, WAITING };

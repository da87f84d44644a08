// @ts-check
const { CLASSES } = require('../../labels/imagenet');
const { hasForm, isText } = require('../api/schema');
const { isKnownClass } = require('../text/class-names');
const { photoPath } = require('../history/photo-files');

/**
 * The classes that the user met: those that the model recognised with confidence in a photo of this phone. Unlike the
 * history it forgets none; the picture is the small copy of the photo of the first meeting, which the history leaves to it.
 *
 * @typedef {object} StoredMeeting
 * @property {string} id  of the class
 * @property {number} at  of the first meeting, milliseconds since 1970
 * @property {string} result  id of the result; '' if it was deleted
 * @property {string} picture  name of a file, see ../history/photo-files.js; '' if there is none
 *
 * @typedef {object} Meeting
 * @property {string} id  of the class
 * @property {number} at  of the first meeting, milliseconds since 1970
 * @property {string} result  id of the result, which may be dropped from the history; '' if it was deleted
 * @property {string} photo  path of a small picture; '' if there is none
 * @property {number} number  1 for the class that was met first
 * @property {boolean} fresh  whether the atlas was not looked at since
 *
 * @typedef {Pick<import('../history/stored-index').StoredEntry,
 *   'id' | 'takenAt' | 'small' | 'predictions' | 'confident' | 'model' | 'corrected'>} Result
 */

const STORAGE_KEY = 'atlas';
/** The label set whose classes count. */
const LABELS = 'imagenet';
/** Classes that can be met. */
const CLASS_COUNT = Object.keys(CLASSES).length;

const isMeeting = hasForm({
  id: isKnownClass,
  at: (value) => Number.isFinite(value),
  result: isText,
  picture: isText,
});

const isBook = hasForm({
  met: (value) => Array.isArray(value),
  seenAt: (value) => Number.isFinite(value),
});

/** @type {{met: StoredMeeting[], seenAt: number} | null} `met` by time, at most CLASS_COUNT; null until it is read */
let book = null;

/** @returns {{met: StoredMeeting[], seenAt: number}} */
function known() {
  if (!book) {
    const stored = wx.getStorageSync(STORAGE_KEY);
    book = isBook(stored) ? { met: stored.met.filter(isMeeting), seenAt: stored.seenAt } : { met: [], seenAt: 0 };
  }
  return book;
}

/** What does not fit lasts for the session. */
function store() {
  wx.setStorage({ key: STORAGE_KEY, data: known(), fail: () => {} });
}

/**
 * @param {Result} result
 * @returns {string} id of the class that was met; '' if the model was not confident, its classes are others, the user
 *   taught the thing or says that it is another
 */
function classMet({ predictions, confident, model, corrected }) {
  const [first] = predictions;
  if (!first || !confident || model.labels !== LABELS || !isKnownClass(first.id)) return '';
  return corrected && corrected.id !== first.id ? '' : first.id;
}

/**
 * @param {Result} result
 * @returns {boolean} whether its class is met for the first time
 */
function add(result) {
  const { met } = known();
  const id = classMet(result);
  if (!id || met.some((meeting) => meeting.id === id)) return false;
  met.push({ id, at: result.takenAt, result: result.id, picture: result.small });
  met.sort((one, other) => one.at - other.at);
  return true;
}

/**
 * Takes up the results of a time before there was an atlas, once.
 *
 * @param {Result[]} results  newest first
 */
function beginWith(results) {
  if (isBook(wx.getStorageSync(STORAGE_KEY))) return;
  const added = [...results].reverse().filter(add);
  if (added.length === 0) return;
  known().seenAt = Date.now();
  store();
}

/** @param {Result} result */
function meet(result) {
  if (add(result)) store();
}

/**
 * Takes back what a result met: it was corrected, or discarded before anybody saw it.
 *
 * @param {string} result  its id
 */
function withdraw(result) {
  const book = known();
  const left = book.met.filter((meeting) => meeting.result !== result);
  if (left.length === book.met.length) return;
  book.met = left;
  store();
}

/**
 * Forgets the pictures of deleted results, not the meetings.
 *
 * @param {(meeting: StoredMeeting) => boolean} isDeleted
 */
function loseThePictures(isDeleted) {
  const lost = known().met.filter((meeting) => meeting.result !== '' && isDeleted(meeting));
  for (const meeting of lost) Object.assign(meeting, { result: '', picture: '' });
  if (lost.length) store();
}

/** @param {string} result  id of the one that was deleted */
function losePicture(result) {
  loseThePictures((meeting) => meeting.result === result);
}

function losePictures() {
  loseThePictures(() => true);
}

/** @returns {Set<string>} names of the files that the atlas shows */
function pictures() {
  return new Set(known().met.flatMap(({ picture }) => picture || []));
}

/** @returns {Meeting[]} the latest first */
function meetings() {
  const { met, seenAt } = known();
  return met
    .map(({ id, at, result, picture }, index) => {
      return { id, at, result, photo: picture && photoPath(picture), number: index + 1, fresh: at > seenAt };
    })
    .reverse();
}

/** The user looked at the atlas: what was met until now is not fresh any more. */
function see() {
  if (!meetings().some(({ fresh }) => fresh)) return;
  known().seenAt = Date.now();
  store();
}

/** Forgets all meetings; their pictures go with the history. */
function forgetMeetings() {
  book = null;
  wx.removeStorageSync(STORAGE_KEY);
}

module.exports = {
  beginWith,
  meet,
  withdraw,
  losePicture,
  losePictures,
  pictures,
  meetings,
  see,
  forgetMeetings,
  CLASS_COUNT,
};

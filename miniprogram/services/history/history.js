// @ts-check
const { beginWith, losePicture, losePictures, meet, pictures, withdraw } = require('../atlas/atlas');
const { fileSize } = require('../device/file-size');
const { dropPhoto, isNoRoom, keepPhoto, photoPath, sweepPhotos } = require('./photo-files');
const { readIndex, removeIndex, writeIndex } = require('./stored-index');

/**
 * The latest results, on this phone only. If nothing can be stored, they last for the session.
 *
 * @typedef {import('./stored-index').Correction} Correction
 * @typedef {import('./stored-index').StoredEntry} StoredEntry
 *
 * @typedef {object} Entry
 * @property {string} id
 * @property {number} takenAt  milliseconds since 1970
 * @property {string} photo  path; the file may be gone
 * @property {string} small  path of a small copy for lists, or the same path
 * @property {import('../../contract').Prediction[]} predictions  1 to 5, most probable first
 * @property {boolean} confident
 * @property {import('../../contract').Kind | null} kind  if the model is not confident; null if the server gave none
 * @property {import('../../contract').Model} model
 * @property {Correction | null} corrected  the user's correction
 * @property {boolean} favourite  whether it stays when old results are dropped
 * @property {boolean} offline  whether the phone recognised it by itself, without taught things
 */

const ENTRIES = 100;
const PREDICTIONS = 5;
/** Of all photos. The platform allows 200 MB for all files of a mini-program. */
const BYTES = 100 * 1024 * 1024;
/** Of both bounds, so that there is always room for new results beside the favourites. */
const FAVOURITE_SHARE = 0.8;
/** Rounds of dropping old results before a new one stays in memory only. */
const ROUNDS = 5;
/** Characters of a typed name. */
const TYPED_LETTERS = 40;

/** @typedef {StoredEntry & {photo: string | null}} Known `photo`: path of the temporary file if the result is in memory only */

/** @type {Known[] | null} newest first; null until it is read */
let loaded = null;
/** @type {Promise<unknown>} no photo is copied during the sweep */
let swept = Promise.resolve();

/** @returns {Known[]} */
function known() {
  if (!loaded) {
    loaded = readIndex().map((stored) => ({ ...stored, photo: null }));
    beginWith(loaded);
    swept = sweepPhotos(new Set([...loaded.flatMap(({ file, small }) => [file, small]), ...pictures()]));
  }
  return loaded;
}

/**
 * @param {Known} entry
 * @returns {Entry}
 */
function shown({ id, takenAt, file, small, photo, predictions, confident, kind, model, corrected, favourite, offline }) {
  const path = photo ?? photoPath(file);
  const smallPath = photo === null && small ? photoPath(small) : path;
  return { id, takenAt, photo: path, small: smallPath, predictions, confident, kind, model, corrected, favourite, offline };
}

/** @returns {boolean} whether the results with files are stored */
function store() {
  return writeIndex(
    known()
      .filter(({ photo }) => photo === null)
      .map(({ id, takenAt, file, small, bytes, predictions, confident, kind, model, corrected, favourite, offline }) => {
        return { id, takenAt, file, small, bytes, predictions, confident, kind, model, corrected, favourite, offline };
      })
  );
}

/**
 * @param {Known} [spared]
 * @returns {Known[]} results that may make room for others, newest first
 */
function droppable(spared) {
  return known().filter((entry) => entry !== spared && !entry.favourite);
}

/**
 * Drops the oldest results that are no favourites: first from the index, then their files.
 *
 * @param {number} count
 * @param {Known} [spared]
 * @returns {Promise<number>} bytes freed, including those of small pictures that stay in the atlas
 */
async function dropOldest(count, spared) {
  if (count <= 0) return 0;
  const old = droppable(spared).slice(-count);
  loaded = known().filter((entry) => !old.includes(entry));
  // If the index could not be stored it still lists them, and their files must stay.
  if (!store()) return 0;
  const kept = old.filter(({ photo }) => photo === null);
  // The atlas keeps the small pictures of first meetings.
  const shown = pictures();
  await Promise.all(kept.map(({ file, small }) => dropPhoto({ file, small: shown.has(small) ? '' : small })));
  return bytesOf(kept);
}

/**
 * @param {Known[]} some
 * @returns {number}
 */
function bytesOf(some) {
  return some.reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * @param {Known} newest  is never dropped
 * @returns {Promise<unknown>}
 */
function keepWithinBounds(newest) {
  const others = droppable(newest);
  let count = known().length - others.length;
  let bytes = bytesOf(known().filter((entry) => !others.includes(entry)));
  const old = others.filter((entry) => {
    count += 1;
    bytes += entry.bytes;
    return count > ENTRIES || bytes > BYTES;
  });
  return dropOldest(old.length, newest);
}

/**
 * @param {string} path  temporary file
 * @param {string} id
 * @param {number} bytes
 * @returns {Promise<import('./photo-files').Kept>}
 * @throws {{errMsg: string}} if no room can be made, or the file is gone
 */
async function copyMakingRoom(path, id, bytes) {
  for (let round = 1; ; round += 1) {
    try {
      return await keepPhoto(path, id);
    } catch (error) {
      if (round > ROUNDS || droppable().length === 0 || !isNoRoom(error)) throw error;
      for (let freed = 0; freed < bytes && droppable().length > 0; ) freed += await dropOldest(1);
    }
  }
}

/**
 * Stores the index; if it does not fit, drops the 1, 2, 4, … oldest results.
 *
 * @param {Known} newest
 * @returns {Promise<boolean>}
 */
async function storeMakingRoom(newest) {
  for (let round = 0; round <= ROUNDS; round += 1) {
    if (store()) return true;
    await dropOldest(2 ** round, newest);
  }
  return store();
}

/**
 * Adds a result with a copy of its photo.
 *
 * @param {import('../api/recognise').Recognition} result
 * @returns {Promise<Entry>} if it cannot be stored, it lasts for the session
 */
async function remember({ photo, answer, offline = false }) {
  known();
  await swept;
  const takenAt = Date.now();
  const id = takenAt.toString(36) + Math.random().toString(36).slice(2, 8);
  const kept = await copyMakingRoom(photo, id, await fileSize(photo)).catch(() => null);
  const { confident, kind = null, model, predictions } = answer;
  /** @type {Known} */
  const entry = {
    id,
    takenAt,
    ...(kept || { file: id, small: '', bytes: 0 }),
    photo: kept ? null : photo,
    predictions: predictions.slice(0, PREDICTIONS),
    confident,
    kind: kind && { id: kind.id, name: kind.name, probability: kind.probability },
    model: { name: model.name, labels: model.labels },
    corrected: null,
    favourite: false,
    offline,
  };
  loaded = [entry, ...known()];
  await keepWithinBounds(entry);
  if (!(await storeMakingRoom(entry))) await keepInMemory(entry, photo);
  meet(entry);
  return shown(entry);
}

/**
 * @param {Known} entry
 * @param {string} photo  the temporary file
 */
async function keepInMemory(entry, photo) {
  if (entry.photo !== null) return;
  entry.photo = photo;
  await dropPhoto(entry);
  entry.small = '';
}

/** @returns {Entry[]} newest first, at most 100 */
function entries() {
  return known().map(shown);
}

/**
 * @param {string} id
 * @returns {Entry | null} null if it was deleted
 */
function entry(id) {
  const found = known().find((candidate) => candidate.id === id);
  return found ? shown(found) : null;
}

/**
 * Sets or removes the user's correction of a result.
 *
 * @param {string} id  of the result
 * @param {Correction | string | null} correction  a class, a typed name, or null to undo
 * @returns {Entry | null} the updated result; null if it was deleted
 */
function correct(id, correction) {
  const found = known().find((candidate) => candidate.id === id);
  if (!found) return null;
  found.corrected = typeof correction === 'string' ? typed(correction) : onlyClass(correction);
  store();
  meetAnew(found);
  return shown(found);
}

/**
 * Makes a result a favourite, which only the user deletes, or takes that back.
 *
 * @param {string} id  of the result
 * @param {boolean} favourite
 * @returns {boolean} false if there are too many favourites already, in number or bytes
 */
function favour(id, favourite) {
  const found = known().find((candidate) => candidate.id === id);
  if (!found || found.favourite === favourite) return true;
  if (favourite) {
    const all = [found, ...known().filter((entry) => entry.favourite)];
    if (all.length > ENTRIES * FAVOURITE_SHARE || bytesOf(all) > BYTES * FAVOURITE_SHARE) return false;
  }
  found.favourite = favourite;
  store();
  return true;
}

/**
 * A corrected result has met nothing; another one may have met the same class since.
 *
 * @param {Known} changed
 */
function meetAnew(changed) {
  withdraw(changed.id);
  const alike = known().filter(({ predictions: [first] }) => first && first.id === changed.predictions[0]?.id);
  alike.reverse().forEach(meet);
}

/**
 * @param {Correction | null} correction  may have more fields, such as a probability
 * @returns {Correction | null}
 */
function onlyClass(correction) {
  if (!correction) return null;
  const { id, label, name } = correction;
  return { id, label, name: { en: name.en, zh: name.zh } };
}

/**
 * @param {string} text
 * @returns {Correction | null} null if it is blank
 */
function typed(text) {
  const name = text.replace(/\s+/g, ' ').trim().slice(0, TYPED_LETTERS).trim();
  return name === '' ? null : { id: '', label: name, name: { en: name, zh: name } };
}

/**
 * @param {...string} ids  favourites too
 * @returns {Promise<unknown>} when the photos are deleted too
 */
function forget(...ids) {
  ids.forEach(losePicture);
  const gone = known().filter(({ id }) => ids.includes(id));
  loaded = known().filter((candidate) => !gone.includes(candidate));
  store();
  return Promise.all(gone.map(dropPhoto));
}

/**
 * Deletes a result that nobody saw: it has met nothing either.
 *
 * @param {string} id
 * @returns {Promise<unknown>} when the photo is deleted too
 */
function discard(id) {
  withdraw(id);
  return forget(id);
}

/** @returns {Promise<unknown>} when the photos are deleted too */
function forgetAll() {
  loaded = [];
  losePictures();
  removeIndex();
  return swept.then(() => sweepPhotos(new Set()));
}

module.exports = { remember, entries, entry, correct, favour, forget, discard, forgetAll, ENTRIES, TYPED_LETTERS };

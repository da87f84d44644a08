// @ts-check
const { asFailure } = require('../http/failure');
const { currentServer } = require('../server/address');
const { fetchThingPhoto, fetchThings, isTaughtThing } = require('../api/taught');
const { hasForm } = require('../api/schema');
const { photoFolder } = require('../device/photo-folder');
const { photos, waiting } = require('./queue');
const { sequence } = require('../http/task');

/**
 * The taught things of the server in use as this phone knows them: its last response, with the changes that wait.
 *
 * @typedef {import('../../contract').TaughtThing} TaughtThing
 * @typedef {import('./queue').Change} Change
 *
 * @typedef {object} BookThing
 * @property {string} id  '' if the server does not have it yet
 * @property {string} name
 * @property {number} count  photos that were taught
 * @property {number[]} photos  numbers of those that the server keeps
 * @property {number} waiting  photos that wait
 * @property {boolean} enough  whether it is sure enough
 * @property {boolean} ready  whether photos are compared with it now
 * @property {string} cover  path of a picture; '' if there is none on this phone
 */

const STORAGE_KEY = 'taught';
/** Photos that make a thing sure enough, as `TaughtThing.enough` says. */
const ENOUGH = 3;

const covers = photoFolder('taught');

const isStored = hasForm({
  server: (value) => value === currentServer(),
  things: (value) => Array.isArray(value) && value.every(isTaughtThing),
  most: (value) => Number.isInteger(value) && value >= 1,
});

/** @returns {{things: TaughtThing[], most: number, known: boolean}} `most`: photos of one thing; `known`: whether the server ever responded */
function stored() {
  const book = wx.getStorageSync(STORAGE_KEY);
  if (!isStored(book)) return { things: [], most: Infinity, known: false };
  return { things: book.things, most: book.most, known: true };
}

/**
 * @param {TaughtThing[]} things
 * @param {number} [most]
 */
function store(things, most = stored().most) {
  // Without limits there was no list yet, and a part of it must not pass for all.
  if (!Number.isFinite(most)) return;
  wx.setStorage({ key: STORAGE_KEY, data: { server: currentServer(), things, most }, fail: () => {} });
}

/**
 * Puts a thing into the list, in place of its earlier state.
 *
 * @param {TaughtThing} thing
 */
function putThing(thing) {
  store([thing, ...stored().things.filter(({ id }) => id !== thing.id)]);
}

/** @param {string} id */
function dropThing(id) {
  store(stored().things.filter((thing) => thing.id !== id));
}

/** @returns {Promise<unknown>} when the pictures are deleted too */
function dropBook() {
  wx.removeStorageSync(STORAGE_KEY);
  return covers.sweep(new Set());
}

/**
 * @param {TaughtThing} thing
 * @returns {string} name of the file of its cover; '' if the server keeps no photos
 */
function coverFile({ id, photos: numbers }) {
  const [first] = numbers;
  return first === undefined ? '' : `${id.slice('taught:'.length)}-${first}.jpg`;
}

/** @type {Set<string>} covers that are on this phone */
let here = new Set();

/**
 * Fetches the list, and then the covers that this phone lacks.
 *
 * @param {() => void} onChange  called when the list is here, and when another cover is
 * @returns {import('../http/task').Task<void>}
 */
function refresh(onChange) {
  const server = currentServer();
  return sequence(async (run) => {
    const { things: fetched, limits } = await run(fetchThings);
    if (currentServer() !== server) return;
    store(fetched, limits.photos);
    await covers.sweep(new Set(fetched.map(coverFile)));
    await findCovers();
    onChange();
    for (const thing of fetched) if (await fetchCover(run, thing)) onChange();
  });
}

/**
 * @param {import('../http/task').Run} run
 * @param {TaughtThing} thing
 * @returns {Promise<boolean>} whether there is a new cover
 */
async function fetchCover(run, thing) {
  const file = coverFile(thing);
  const [first] = thing.photos;
  if (first === undefined || here.has(file)) return false;
  try {
    await covers.move(await run(() => fetchThingPhoto(thing.id, first)), file);
  } catch (thrown) {
    // The list shows the thing without a picture, and the next refresh tries again.
    if (asFailure(thrown).kind === 'cancelled') throw thrown;
    return false;
  }
  here.add(file);
  return true;
}

/** @returns {Promise<void>} when the covers on this phone are known */
async function findCovers() {
  here = new Set(await covers.names());
}

/**
 * @param {Change[]} lessons  of one thing that wait
 * @returns {string} path of a photo
 */
function coverOfLessons(lessons) {
  const [first] = lessons;
  return first ? photos.path(first.file) : '';
}

/** @returns {BookThing[]} the one taught last first */
function things() {
  const changes = waiting().filter(({ server }) => server === currentServer());
  if (changes.some(({ kind }) => kind === 'forget')) return [];
  const removed = new Set(changes.filter(({ kind }) => kind === 'remove').map(({ id }) => id));
  const renamed = new Map(changes.filter(({ kind, refused }) => kind === 'rename' && !refused).map(({ id, name }) => [id, name]));
  const lessons = changes.filter(({ kind }) => kind === 'teach');
  const known = stored()
    .things.filter(({ id }) => !removed.has(id))
    .map((thing) => {
      const name = renamed.get(thing.id) || thing.name;
      const own = lessons.filter((lesson) => lesson.name === name || lesson.name === thing.name);
      const file = coverFile(thing);
      const cover = here.has(file) ? covers.path(file) : coverOfLessons(own);
      const { id, count, enough, ready } = thing;
      return { id, name, count, photos: thing.photos, waiting: own.length, enough, ready, cover };
    });
  return [...unknownThings(known, stored().things, lessons), ...known];
}

/**
 * @param {BookThing[]} known
 * @param {TaughtThing[]} before  as the server has them
 * @param {Change[]} lessons
 * @returns {BookThing[]} things that the server does not have yet
 */
function unknownThings(known, before, lessons) {
  const names = new Set([...known, ...before].map(({ name }) => name));
  const fresh = [...new Set(lessons.map(({ name }) => name))].filter((name) => !names.has(name));
  return fresh.reverse().map((name) => {
    const own = lessons.filter((lesson) => lesson.name === name);
    return { id: '', name, count: 0, photos: [], waiting: own.length, enough: false, ready: true, cover: coverOfLessons(own) };
  });
}

/**
 * @param {string} name
 * @returns {BookThing | null}
 */
function thingCalled(name) {
  return things().find((thing) => thing.name === name) || null;
}

/**
 * @param {string} name
 * @returns {number} photos that may still be taught
 */
function roomFor(name) {
  const thing = thingCalled(name);
  return stored().most - (thing ? thing.count + thing.waiting : 0);
}

/** @returns {boolean} whether the server in use ever sent its list */
function isKnown() {
  return stored().known;
}

module.exports = {
  refresh,
  findCovers,
  things,
  thingCalled,
  roomFor,
  isKnown,
  putThing,
  dropThing,
  dropBook,
  coversSize: covers.size,
  ENOUGH,
};

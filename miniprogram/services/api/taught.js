// @ts-check
const { authorised } = require('./authorised');
const { download, request } = require('../http/client');
const { hasForm, isFilledText, isPrediction, isText, optional, read } = require('./schema');
const { sendPhoto } = require('./send-photo');
const { sequence } = require('../http/task');

/**
 * The routes of taught things, /taught.
 *
 * @typedef {import('../../contract').TaughtThing} TaughtThing
 * @typedef {import('../../contract').Taught} Taught
 * @typedef {import('../../contract').TaughtThings} TaughtThings
 * @typedef {import('../../contract').TaughtChanged} TaughtChanged
 * @typedef {import('../../contract').TaughtRemoved} TaughtRemoved
 */

/**
 * @template Result
 * @typedef {import('../http/task').Task<Result>} Task
 */

/** Milliseconds. The bodies are small. */
const TIME_LIMIT = 10000;

const ID = /^taught:[0-9a-f]{16}$/;

/** @type {import('./schema').Check} */
const isTrue = (value) => value === true;
/** @type {import('./schema').Check} */
const isFlag = (value) => typeof value === 'boolean';
/** @type {import('./schema').Check} */
const isCount = (value) => Number.isInteger(value) && value >= 1;

/** @type {import('./schema').Check} */
const isTaughtThing = hasForm({
  // It becomes a part of addresses and of file names.
  id: (value) => typeof value === 'string' && ID.test(value),
  name: isFilledText,
  photos: (value) => Array.isArray(value) && value.every(isCount),
  count: isCount,
  enough: isFlag,
  ready: isFlag,
});

const isTaught = hasForm({
  success: isTrue,
  thing: isTaughtThing,
  photo: isCount,
  seen_as: isPrediction,
  is_class: isFlag,
});

const isTaughtThings = hasForm({
  success: isTrue,
  things: (value) => Array.isArray(value) && value.every(isTaughtThing),
  limits: hasForm({ things: isCount, photos: isCount }),
});

const isTaughtChanged = hasForm({ success: isTrue, thing: isTaughtThing });
const isTaughtRemoved = hasForm({ success: isTrue, undo: optional(isText) });

/**
 * @param {'GET' | 'POST' | 'PUT' | 'DELETE'} method
 * @param {string} path
 * @param {import('./schema').Check} check  of the body
 * @param {object} [data]
 * @returns {Task<any>} the body of a 200
 */
function exchange(method, path, check, data) {
  return sequence(async (run) => {
    const body = await run(() =>
      authorised((server, header) =>
        request({ url: server + path, method, header, timeout: TIME_LIMIT, ...(data && { data }) })
      )
    );
    return read(check, body);
  });
}

/**
 * Teaches one photo, POST /taught. A new name makes a new thing, an existing one gets one more photo.
 *
 * @param {object} lesson
 * @param {string} lesson.filePath
 * @param {string} lesson.name
 * @param {'zh' | 'en'} lesson.lang  of the name
 * @param {boolean} lesson.force  whether to teach it although it looks like another taught thing
 * @param {(percent: number) => void} onProgress  0 to 100, of the bytes sent
 * @returns {Task<Taught>}
 */
function teachPhoto({ filePath, name, lang, force }, onProgress) {
  const formData = { name, lang, ...(force && { force: 'true' }) };
  return sequence(async (run) =>
    read(isTaught, await run(() => sendPhoto({ path: '/taught', filePath, formData, onProgress })))
  );
}

/** @returns {Task<TaughtThings>} */
function fetchThings() {
  return exchange('GET', '/taught', isTaughtThings);
}

/**
 * @param {string} id
 * @param {number} photo  its number
 * @returns {Task<string>} path of a temporary JPEG
 */
function fetchThingPhoto(id, photo) {
  return authorised((server, header) => download(`${server}/taught/${id}/photos/${photo}`, header));
}

/**
 * PUT, because wx.request has no PATCH.
 *
 * @param {string} id
 * @param {string} name
 * @param {boolean} merge  whether to join another thing that has this name
 * @returns {Task<TaughtChanged>}
 */
function renameThing(id, name, merge) {
  return exchange('PUT', `/taught/${id}`, isTaughtChanged, { name, merge });
}

/**
 * @param {string} id
 * @returns {Task<TaughtRemoved>}
 */
function removeThing(id) {
  return exchange('DELETE', `/taught/${id}`, isTaughtRemoved);
}

/**
 * @param {string} id
 * @param {number} photo  its number; with the last one the thing goes too
 * @returns {Task<TaughtRemoved>}
 */
function removeThingPhoto(id, photo) {
  return exchange('DELETE', `/taught/${id}/photos/${photo}`, isTaughtRemoved);
}

/**
 * @param {string} undo  of the removal
 * @returns {Task<TaughtChanged>}
 */
function undoRemoval(undo) {
  return exchange('POST', '/taught/undo', isTaughtChanged, { undo });
}

/** Deletes everything of this user, at once and for good. @returns {Task<TaughtRemoved>} */
function forgetThings() {
  return exchange('DELETE', '/taught', isTaughtRemoved);
}

module.exports = {
  teachPhoto,
  fetchThings,
  fetchThingPhoto,
  renameThing,
  removeThing,
  removeThingPhoto,
  undoRemoval,
  forgetThings,
  isTaughtThing,
};

// @ts-check
const { coversSize } = require('./teaching/book');
const { chooseLanguage } = require('./text/language');
const { forgetAll } = require('./history/history');
const { forgetMeetings, meetings } = require('./atlas/atlas');
const { forgetOffline, offlineSize } = require('./offline/state');
const { forgetSession, hasSession } = require('./api/session');
const { photosSize } = require('./history/photo-files');
const { readIndex } = require('./history/stored-index');
const { stopSending } = require('./corrections/send');
const { forgetLessons } = require('./teaching/lessons');
const { photos: lessonPhotos } = require('./teaching/queue');
const { waiting } = require('./corrections/queue');

/**
 * What the mini-program keeps on the phone, counted and deleted.
 *
 * @typedef {object} Stored
 * @property {number} results
 * @property {number} met  classes in the atlas
 * @property {number} bytes  photos, the model for offline recognition and key-value storage together
 * @property {boolean} session  whether there is a login
 * @property {number} corrections  in the queue
 */

/** @returns {{keys: string[], bytes: number}} */
function keysAndBytes() {
  const { keys, currentSize } = wx.getStorageInfoSync();
  return { keys, bytes: currentSize * 1024 };
}

/** @returns {Promise<Stored>} rejects if the platform fails */
async function storageUsage() {
  const sizes = await Promise.all([photosSize(), lessonPhotos.size(), coversSize(), offlineSize()]);
  const bytes = sizes.reduce((sum, size) => sum + size, keysAndBytes().bytes);
  return {
    results: readIndex().length,
    met: meetings().length,
    bytes,
    session: hasSession(),
    corrections: waiting().length,
  };
}

/** The atlas keeps what was met, without pictures. @returns {Promise<boolean>} whether no result and no photo is left */
async function forgetResults() {
  stopSending();
  await forgetAll();
  return readIndex().length === 0 && (await photosSize()) === 0;
}

/** @returns {Promise<boolean>} whether nothing is left: no photo, no key */
async function forgetEverything() {
  forgetSession();
  chooseLanguage('system');
  forgetMeetings();
  await forgetLessons();
  await forgetOffline();
  const resultsGone = await forgetResults();
  wx.clearStorageSync();
  return resultsGone && keysAndBytes().keys.length === 0;
}

module.exports = { storageUsage, forgetResults, forgetEverything };

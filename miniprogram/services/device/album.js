// @ts-check
const { isConsentRefusal } = require('./privacy');
const { wxPromise } = require('./wx-promise');

/**
 * @typedef {{outcome: 'chosen', path: string} | {outcome: 'cancelled' | 'no-consent' | 'failed'}} Choice
 * @typedef {'saved' | 'cancelled' | 'not-permitted' | 'no-consent' | 'failed'} SaveOutcome
 */

/**
 * @param {{errMsg?: string}} error
 * @returns {'cancelled' | 'no-consent' | 'failed'}
 */
function outcomeOf(error) {
  if (isConsentRefusal(error)) return 'no-consent';
  return /cancel/i.test(String(error.errMsg)) ? 'cancelled' : 'failed';
}

/**
 * Lets the user choose one photo from the album.
 *
 * @returns {Promise<Choice>}
 */
async function choosePhoto() {
  try {
    const { tempFiles } = await wxPromise(wx.chooseMedia, {
      count: 1,
      mediaType: /** @type {['image']} */ (['image']),
      sourceType: /** @type {['album']} */ (['album']),
      sizeType: /** @type {['compressed']} */ (['compressed']),
    });
    const [file] = tempFiles;
    return file ? { outcome: 'chosen', path: file.tempFilePath } : { outcome: 'cancelled' };
  } catch (error) {
    return { outcome: outcomeOf(/** @type {{errMsg?: string}} */ (error)) };
  }
}

/**
 * Saves a picture to the album. WeChat requests scope.writePhotosAlbum on first use.
 *
 * @param {string} filePath
 * @returns {Promise<SaveOutcome>} `not-permitted` can be changed only on WeChat's settings page
 */
async function savePhoto(filePath) {
  try {
    await wxPromise(wx.saveImageToPhotosAlbum, { filePath });
    return 'saved';
  } catch (error) {
    const refusal = /** @type {{errMsg?: string}} */ (error);
    return /auth|permission/i.test(String(refusal.errMsg)) && !isConsentRefusal(refusal)
      ? 'not-permitted'
      : outcomeOf(refusal);
  }
}

module.exports = { choosePhoto, savePhoto };

// @ts-check
const { consentProblem } = require('./privacy');
const { wxPromise } = require('./wx-promise');

/**
 * @typedef {{outcome: 'cancelled' | 'no-consent' | 'undeclared' | 'failed'}} NoChoice
 * @typedef {{outcome: 'chosen', path: string} | NoChoice} Choice
 * @typedef {{outcome: 'chosen', paths: string[]} | NoChoice} Choices
 * @typedef {'saved' | 'cancelled' | 'not-permitted' | 'no-consent' | 'undeclared' | 'failed'} SaveOutcome
 */

/**
 * @param {import('./privacy').Failure} failure
 * @returns {'cancelled' | 'no-consent' | 'undeclared' | 'failed'}
 */
function outcomeOf(failure) {
  return consentProblem(failure) || (/cancel/i.test(String(failure.errMsg)) ? 'cancelled' : 'failed');
}

/**
 * Lets the user choose photos from the album.
 *
 * @param {number} most  at most 9, or 20 from base library 2.25.0 on
 * @returns {Promise<Choices>}
 */
async function choosePhotos(most) {
  try {
    const { tempFiles } = await wxPromise(wx.chooseMedia, {
      count: most,
      mediaType: /** @type {['image']} */ (['image']),
      sourceType: /** @type {['album']} */ (['album']),
      sizeType: /** @type {['compressed']} */ (['compressed']),
    });
    const paths = tempFiles.map((/** @type {{tempFilePath: string}} */ { tempFilePath }) => tempFilePath);
    return paths.length ? { outcome: 'chosen', paths } : { outcome: 'cancelled' };
  } catch (error) {
    return { outcome: outcomeOf(/** @type {import('./privacy').Failure} */ (error)) };
  }
}

/**
 * Lets the user choose one photo from the album.
 *
 * @returns {Promise<Choice>}
 */
async function choosePhoto() {
  const choice = await choosePhotos(1);
  return choice.outcome === 'chosen' ? { outcome: 'chosen', path: choice.paths[0] ?? '' } : choice;
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
    const failure = /** @type {import('./privacy').Failure} */ (error);
    return /auth|permission/i.test(String(failure.errMsg)) && !consentProblem(failure)
      ? 'not-permitted'
      : outcomeOf(failure);
  }
}

module.exports = { choosePhoto, choosePhotos, savePhoto };

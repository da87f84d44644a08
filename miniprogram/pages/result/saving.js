// @ts-check
const { changePermission } = require('../../services/permission');
const { confirmed } = require('../../services/confirmed');
const { savePhoto } = require('../../services/album');
const { texts } = require('../../texts/texts');

/** @typedef {import('../../services/album').SaveOutcome} SaveOutcome */

/**
 * Puts a picture into the album; after a refusal it offers the way over the settings once.
 *
 * @param {string} path
 * @returns {Promise<SaveOutcome>}
 */
async function saveAsking(path) {
  const outcome = await savePhoto(path);
  return outcome === 'not-permitted' && (await permitSaving()) ? savePhoto(path) : outcome;
}

/** @returns {Promise<boolean>} whether the person allowed it in the settings */
async function permitSaving() {
  const t = texts().result;
  const wanted = await confirmed(t.permissionTitle, t.permissionSentence, t.toSettings, t.notNow);
  return wanted && (await changePermission('scope.writePhotosAlbum')) === 'granted';
}

/**
 * @param {SaveOutcome} outcome
 * @returns {string} what has to be said about it on the page
 */
function saveMessage(outcome) {
  const { saveFailed, saveNoConsent } = texts().result;
  if (outcome === 'failed') return saveFailed;
  return outcome === 'no-consent' ? saveNoConsent : '';
}

module.exports = { saveAsking, saveMessage };

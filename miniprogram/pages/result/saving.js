// @ts-check
const { changePermission } = require('../../services/device/permissions');
const { confirm } = require('../../services/device/confirm');
const { savePhoto } = require('../../services/device/album');
const { undeclaredNote } = require('../../services/text/developer-notes');
const { texts } = require('../../texts/texts');

/** @typedef {import('../../services/device/album').SaveOutcome} SaveOutcome */

/**
 * Saves a picture to the album; if the permission is missing, offers the settings once.
 *
 * @param {string} path
 * @returns {Promise<SaveOutcome>}
 */
async function saveAsking(path) {
  const outcome = await savePhoto(path);
  return outcome === 'not-permitted' && (await permitSaving()) ? savePhoto(path) : outcome;
}

/** @returns {Promise<boolean>} whether the user allowed it in the settings */
async function permitSaving() {
  const t = texts().result;
  const wanted = await confirm(t.permissionTitle, t.permissionSentence, t.toSettings, t.notNow);
  return wanted && (await changePermission('scope.writePhotosAlbum')) === 'granted';
}

/**
 * @param {SaveOutcome} outcome
 * @returns {string} message for the page, or ''
 */
function saveMessage(outcome) {
  const { saveFailed, saveNoConsent, saveUndeclared } = texts().result;
  if (outcome === 'failed') return saveFailed;
  if (outcome === 'undeclared') return saveUndeclared + undeclaredNote('save');
  return outcome === 'no-consent' ? saveNoConsent : '';
}

module.exports = { saveAsking, saveMessage };

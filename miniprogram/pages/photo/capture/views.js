// @ts-check
const { undeclaredNote } = require('../../../services/text/developer-notes');
const { texts } = require('../../../texts/texts');

/**
 * States of the viewfinder:
 * - `resting`: empty, while the page is hidden or permissions are being read
 * - `closed`: nothing was requested yet, or the platform stopped the camera
 * - `live`: the camera
 * - `refused`: the user denied the camera permission
 * - `missing`: there is no camera, or it does not open
 * - `no-consent`: the privacy statement was not accepted
 * - `undeclared`: the console's privacy guide lacks the camera, so only the album is left
 *
 * @typedef {'resting' | 'closed' | 'live' | 'refused' | 'missing' | 'no-consent' | 'undeclared'} View
 *
 * The panel in place of the camera.
 *
 * @typedef {{title: string, sentence: string, action: string}} Panel
 */

/** @returns {Record<View, Panel>} */
function panels() {
  const t = texts().capture;
  const closed = { title: t.openTitle, sentence: t.openSentence, action: t.open };
  return {
    resting: closed,
    closed,
    live: closed,
    refused: { title: t.refusedTitle, sentence: t.refusedSentence, action: t.toSettings },
    missing: { title: t.missingTitle, sentence: t.missingSentence, action: t.again },
    'no-consent': { title: t.noConsentTitle, sentence: t.noConsentSentence, action: t.open },
    undeclared: {
      title: t.undeclaredTitle,
      sentence: t.undeclaredSentence + undeclaredNote('camera'),
      action: t.albumLabel,
    },
  };
}

/**
 * @typedef {'off' | 'auto' | 'on'} Flash
 * @returns {{mode: Flash, name: string}[]} in the order of taps
 */
function flashes() {
  const t = texts().capture;
  return [
    { mode: 'off', name: t.flashOff },
    { mode: 'auto', name: t.flashAuto },
    { mode: 'on', name: t.flashOn },
  ];
}

module.exports = { panels, flashes };

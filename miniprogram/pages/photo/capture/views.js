// @ts-check
const { texts } = require('../../../texts/texts');

/**
 * What stands in the viewfinder:
 * - `resting`: nothing, while the page does not show or it is not known yet what may be shown
 * - `closed`: nothing was asked yet, or the platform stopped the camera
 * - `live`: the camera
 * - `refused`: the person does not let this mini-program use the camera
 * - `missing`: no camera, or it does not open
 * - `no-consent`: the privacy statement was not accepted
 *
 * @typedef {'resting' | 'closed' | 'live' | 'refused' | 'missing' | 'no-consent'} View
 *
 * What stands there in the place of the camera.
 *
 * @typedef {{title: string, sentence: string, action: string}} Panel
 */

const t = texts().capture;

/** @type {Panel} */
const CLOSED = { title: t.openTitle, sentence: t.openSentence, action: t.open };

/** @type {Record<View, Panel>} */
const PANELS = {
  resting: CLOSED,
  closed: CLOSED,
  live: CLOSED,
  refused: { title: t.refusedTitle, sentence: t.refusedSentence, action: t.toSettings },
  missing: { title: t.missingTitle, sentence: t.missingSentence, action: t.again },
  'no-consent': { title: t.noConsentTitle, sentence: t.noConsentSentence, action: t.open },
};

/**
 * @typedef {'off' | 'auto' | 'on'} Flash
 * @type {{mode: Flash, name: string}[]} in the order in which a tap goes through them
 */
const FLASHES = [
  { mode: 'off', name: t.flashOff },
  { mode: 'auto', name: t.flashAuto },
  { mode: 'on', name: t.flashOn },
];

module.exports = { PANELS, FLASHES };

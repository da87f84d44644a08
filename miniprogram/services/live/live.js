// @ts-check
const { asFailure } = require('../http/failure');
const { inLanguage } = require('../text/display-names');
const { nextAgreement, NOTHING } = require('./agreement');
const { pause, sequence } = require('../http/task');
const { readPredictions } = require('../api/schema');
const { sendPhoto } = require('../api/send-photo');
const { fill, texts } = require('../../texts/texts');

/**
 * @typedef {object} LiveListener
 * @property {(name: string) => void} onName  after each frame; '' while the frames do not agree
 * @property {(seconds: number) => void} onWaiting  the server is busy; seconds until it gets the next frame
 */

/** Milliseconds from one frame to the next; a slower server gets fewer. */
const INTERVAL = 700;
/** Milliseconds after which it ends: a phone that was put down uses neither data nor battery. */
const LONGEST = 60_000;

/**
 * @param {import('../../contract').Predictions} answer
 * @returns {import('./agreement').Seen} the first prediction if the model is confident, else the rough kind
 */
function seenIn({ confident, kind, predictions: [first] }) {
  if (confident) return { id: first.id, name: inLanguage(first.name).name };
  return kind ? { id: kind.id, name: fill(texts().result.kindTitle, { kind: inLanguage(kind.name).name }) } : null;
}

/**
 * Recognises one frame after the other for a minute, never two at once. It waits as long as the server asks for.
 *
 * @param {import('./frames').Frames['next']} nextFrame
 * @param {LiveListener} listener
 * @returns {import('../http/task').Task<'over' | 'no-frame'>} why it ended
 */
function recogniseLive(nextFrame, { onName, onWaiting }) {
  return sequence(async (run) => {
    const end = Date.now() + LONGEST;
    let agreement = NOTHING;

    /** @param {string} filePath @returns {Promise<number>} seconds until the next frame */
    async function recognise(filePath) {
      const begun = Date.now();
      try {
        const upload = () => sendPhoto({ path: '/predict?top=1', filePath, onWaiting: ({ seconds }) => onWaiting(seconds) });
        agreement = nextAgreement(agreement, seenIn(readPredictions(await run(upload))));
        onName(agreement.name);
        return Math.max(0, begun + INTERVAL - Date.now()) / 1000;
      } catch (thrown) {
        const problem = asFailure(thrown);
        const { retryAfter } = problem;
        if (!retryAfter || Date.now() + retryAfter * 1000 >= end) throw problem;
        onWaiting(Math.ceil(retryAfter));
        return retryAfter;
      }
    }

    while (Date.now() < end) {
      const frame = await run(nextFrame);
      if (!frame) return 'no-frame';
      const seconds = await recognise(frame);
      await run(() => pause(seconds));
    }
    return 'over';
  });
}

module.exports = { recogniseLive };

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
    while (Date.now() < end) {
      let next = Date.now() + INTERVAL;
      const filePath = await run(nextFrame);
      if (!filePath) return 'no-frame';
      const upload = () => sendPhoto({ path: '/predict?top=1', filePath, onWaiting: ({ seconds }) => onWaiting(seconds) });
      try {
        agreement = nextAgreement(agreement, seenIn(readPredictions(await run(upload))));
        onName(agreement.name);
      } catch (thrown) {
        const problem = asFailure(thrown);
        const { retryAfter } = problem;
        next = Date.now() + retryAfter * 1000;
        if (!retryAfter || next >= end) throw problem;
        onWaiting(Math.ceil(retryAfter));
      }
      const seconds = Math.max(0, next - Date.now()) / 1000;
      await run(() => pause(seconds));
    }
    return 'over';
  });
}

module.exports = { recogniseLive };

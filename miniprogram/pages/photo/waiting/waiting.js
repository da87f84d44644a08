// @ts-check
const { fill, texts } = require('../../../texts/texts');

/**
 * Progress of a recognition.
 *
 * @typedef {object} Progress
 * @property {'sending' | 'reading' | 'warming' | 'queueing'} phase
 * @property {number} percent  of the photo sent, 0 to 100
 * @property {import('../../../services/api/recognise').Warming | null} warming
 * @property {number} seconds  until the photo is sent again, in `queueing`
 */

/** @type {Progress} */
const START = { phase: 'sending', percent: 0, warming: null, seconds: 0 };

/**
 * @param {Progress} progress
 * @returns {{title: string, sentence: string, percent: number}}
 */
function describe({ phase, percent, warming, seconds }) {
  const t = texts().photo;
  if (phase === 'warming' && warming) {
    return { title: t.warming, sentence: fill(t.warmingSentence, { ...warming }), percent: 0 };
  }
  if (phase === 'queueing') return { title: t.queueing, sentence: fill(t.queueingSentence, { seconds }), percent: 0 };
  if (phase === 'reading') return { title: t.reading, sentence: t.readingSentence, percent: 100 };
  return { title: t.sending, sentence: `${percent}%`, percent };
}

/** Shows the progress of a recognition, also to screen readers. */
Component({
  properties: {
    progress: { type: Object, value: START },
  },
  data: {
    shown: describe(START),
  },
  observers: {
    progress(/** @type {Progress} */ progress) {
      this.setData({ shown: describe(progress) });
    },
  },
});

// @ts-check
const { asFailure, failure } = require('../http/failure');
const { compressed } = require('./compress');
const { currentServer } = require('../server/address');
const { pause, sequence } = require('../http/task');
const { readPredictions } = require('./schema');
const { readiness } = require('./readiness');
const { sendPhoto } = require('./send-photo');

/**
 * @typedef {object} Warming
 * @property {number} seconds  until the server is asked again
 * @property {number} attempt  which wait this is, from 1
 * @property {number} attempts  after how many waits we give up
 *
 * @typedef {object} Recognition
 * @property {string} photo  path of the photo that was sent
 * @property {import('../../contract').Predictions} answer
 *
 * @typedef {object} RecogniseListener
 * @property {(percent: number) => void} onProgress  0 to 100, of the bytes sent
 * @property {(wait: import('./send-photo').Wait) => void} onWaiting  the server is busy and we wait for it
 * @property {(warming: Warming) => void} onWarming  the server is not ready yet and we wait for it
 */

/** Waits while the server loads its model: more than a minute at the usual three seconds. */
const WARM_UP_WAITS = 24;
/** Seconds; a server that names none, and the longest that we believe. */
const USUAL_WAIT = 3;
const LONGEST_WAIT = 30;

/**
 * Whether the server says of itself that it is still loading. Asked instead of sending the photo again
 * and again: the photo may be the last megabyte of somebody's month.
 *
 * @param {string} address
 * @returns {import('../http/task').Task<import('../http/failure').Failure | null>} why to wait on, or null
 */
function stillLoading(address) {
  return sequence((run) =>
    run(() => readiness(address)).then(
      () => null,
      (thrown) => {
        const problem = asFailure(thrown);
        if (problem.kind === 'cancelled') throw problem;
        // Anything else is better said by the next upload, in the words that belong to it.
        return problem.kind === 'model-loading' ? problem : null;
      }
    )
  );
}

/**
 * Compresses a photo and sends it to POST /predict. While the server loads its model this waits, visibly
 * and not for ever.
 *
 * @param {string} path  of the photo
 * @param {RecogniseListener} listener
 * @returns {import('../http/task').Task<Recognition>}
 */
function recognise(path, listener) {
  const address = currentServer();
  let waits = 0;

  /**
   * @param {import('../http/task').Run} run
   * @param {import('../http/failure').Failure} reason
   */
  async function waitUntilLoaded(run, reason) {
    /** @type {import('../http/failure').Failure | null} */
    let loading = reason;
    while (loading) {
      if (waits === WARM_UP_WAITS) throw failure('model-loading', { requestId: loading.requestId });
      waits += 1;
      const seconds = Math.min(loading.retryAfter || USUAL_WAIT, LONGEST_WAIT);
      listener.onWarming({ seconds, attempt: waits, attempts: WARM_UP_WAITS });
      await run(() => pause(seconds));
      loading = await run(() => stillLoading(address));
    }
  }

  const { onProgress, onWaiting } = listener;

  return sequence(async (run) => {
    const photo = await run(() => compressed(path));
    const upload = () => sendPhoto({ path: '/predict', filePath: photo, onProgress, onWaiting });
    for (;;) {
      try {
        return { photo, answer: readPredictions(await run(upload)) };
      } catch (thrown) {
        const problem = asFailure(thrown);
        if (problem.kind !== 'model-loading') throw problem;
        await waitUntilLoaded(run, problem);
      }
    }
  });
}

module.exports = { recognise, WARM_UP_WAITS };

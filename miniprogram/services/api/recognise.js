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
 * @property {number} seconds  until the next attempt
 * @property {number} attempt  number of this wait, from 1
 * @property {number} attempts  waits before it fails
 *
 * @typedef {object} Recognition
 * @property {string} photo  path of the photo to keep; on a weak network a smaller one was sent
 * @property {import('../../contract').Predictions} answer
 * @property {boolean} [offline]  whether the phone recognised it by itself
 *
 * @typedef {object} RecogniseListener
 * @property {(percent: number) => void} onProgress  0 to 100, of the bytes sent
 * @property {(wait: import('./authorised').Wait) => void} onWaiting  the server is busy
 * @property {(warming: Warming) => void} onWarming  the server is loading its model
 */

/** Waits while the server loads its model: more than a minute at the usual three seconds. */
const WARM_UP_WAITS = 24;
/** Seconds, if the server sends no `retry_after`; and the longest that is accepted. */
const USUAL_WAIT = 3;
const LONGEST_WAIT = 30;

/**
 * Whether the server is still loading, by GET /readyz. Sending the photo repeatedly instead would use up
 * the user's mobile data.
 *
 * @param {string} address
 * @returns {import('../http/task').Task<import('../http/failure').Failure | null>} the reason to keep waiting, or null
 */
function stillLoading(address) {
  return sequence((run) =>
    run(() => readiness(address)).then(
      () => null,
      (thrown) => {
        const problem = asFailure(thrown);
        if (problem.kind === 'cancelled') throw problem;
        // Any other failure is reported by the next upload.
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

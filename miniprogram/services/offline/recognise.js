// @ts-check
const { asFailure } = require('../http/failure');
const { canRunModels, offlineModel } = require('./state');
const { compressed } = require('../api/compress');
const { recognise: recogniseOnServer } = require('../api/recognise');
const { sequence } = require('../http/task');

/**
 * @typedef {import('../http/failure').FailureKind} FailureKind
 * @typedef {import('../api/recognise').Recognition} Recognition
 */

/** The server could not be reached; a Wi-Fi's login page is no JSON. What it answered itself counts, refusals too. @type {ReadonlySet<FailureKind>} */
const OUT_OF_REACH = new Set(
  /** @type {FailureKind[]} */ (['offline', 'unreachable', 'timeout', 'insecure', 'not-json', 'gateway', 'not-answering'])
);

/**
 * Recognises a photo on the server, and on the phone if the server cannot be reached and the user switched offline
 * recognition on.
 *
 * @param {string} path  of the photo
 * @param {import('../api/recognise').RecogniseListener} listener
 * @returns {import('../http/task').Task<Recognition>} fails as the server did if the phone cannot do it either
 */
function recognise(path, listener) {
  return sequence(async (run) => {
    try {
      return await run(() => recogniseOnServer(path, listener));
    } catch (thrown) {
      const problem = asFailure(thrown);
      if (!OUT_OF_REACH.has(problem.kind) || !canRunModels() || !offlineModel()) throw problem;
      listener.onProgress(100);
      return await onPhone(run, path).catch((reason) => {
        if (reason && reason.kind === 'cancelled') throw reason;
        console.warn(reason);
        throw problem;
      });
    }
  });
}

/**
 * @param {import('../http/task').Run} run
 * @param {string} path
 * @returns {Promise<Recognition>}
 */
async function onPhone(run, path) {
  const photo = await run(() => compressed(path));
  /** @type {typeof import('../../offline/services/recognise')} */
  const { recogniseOnPhone } = await require.async('../../offline/services/recognise');
  return { photo, answer: await run(() => recogniseOnPhone(photo)), offline: true };
}

module.exports = { recognise };

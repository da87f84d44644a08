// @ts-check
const { offlineModel } = require('../../services/offline/state');
const { openSession } = require('./session');
const { problem } = require('./problem');
const { readLabels } = require('./labels');
const { sequence } = require('../../services/http/task');
const { viewsOf } = require('./views');

/** Names in an answer. */
const TOP = 5;

/**
 * Recognises a photo with the model on this phone.
 *
 * @param {string} photo  path
 * @returns {import('../../services/http/task').Task<import('../../contract').Predictions>} as the server answers, without
 *   taught things and without the kind of an unsure one
 */
function recogniseOnPhone(photo) {
  return sequence(async (run) => {
    const model = offlineModel();
    if (!model) throw problem('damaged');
    const labels = await readLabels(model);
    const views = await run(() => viewsOf(photo, model));
    const session = await run(() => openSession(model));
    try {
      const found = [];
      for (const view of views) found.push(await session.probabilities(view));
      const predictions = ranked(found, labels);
      const confident = predictions[0].probability >= model.confident_at;
      return { success: true, predictions, confident, model: model.model, request_id: '' };
    } finally {
      session.close();
    }
  });
}

/**
 * @param {Float32Array[]} found  probabilities of each view
 * @param {import('./labels').Label[]} labels
 * @returns {import('../../contract').Predictions['predictions']} most probable first
 */
function ranked(found, labels) {
  const all = labels.map(({ id, label, name }, index) => {
    const mean = found.reduce((sum, one) => sum + (one[index] ?? 0), 0) / found.length;
    return { label, probability: Math.min(Math.max(mean, 0), 1), id, name };
  });
  const [first, ...others] = all.sort((one, other) => other.probability - one.probability).slice(0, TOP);
  if (!first) throw problem('damaged');
  return [first, ...others];
}

module.exports = { recogniseOnPhone };

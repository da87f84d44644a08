// @ts-check
const { hasForm, isFilledText, isModel, isPrediction, isShare, read } = require('./schema');
const { sendPhoto } = require('./send-photo');
const { sequence } = require('../http/task');

/** @typedef {import('../../contract').Explanation} Explanation */

/** Explanations in the cache, which lasts for the session; each is some hundred numbers. */
const KEPT = 60;

/** @type {Map<string, Explanation>} result and class -> explanation, oldest first */
const kept = new Map();

/** @type {import('./schema').Check} */
const isRow = (value) => Array.isArray(value) && value.length > 0 && value.every(isShare);

const isBox = hasForm({ left: isShare, top: isShare, width: isShare, height: isShare });

const isExplanation = hasForm({
  success: (value) => value === true,
  label: isPrediction,
  method: isFilledText,
  grid: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((row) => isRow(row) && row.length === value[0].length),
  box: (value) => isBox(value) && value.width > 0 && value.height > 0,
  model: isModel,
});

/**
 * Fetches the heat map of a class, POST /explain, or takes it from the cache.
 *
 * @param {Pick<import('../history/history').Entry, 'id' | 'photo'>} entry
 * @param {string} classId
 * @returns {import('../http/task').Task<Explanation>}
 */
function explain(entry, classId) {
  const key = `${entry.id} ${classId}`;
  return sequence(async (run) => {
    const known = kept.get(key);
    if (known) return known;
    const body = await run(() =>
      sendPhoto({
        path: `/explain?label=${encodeURIComponent(classId)}`,
        filePath: entry.photo,
        header: { Accept: 'application/json' },
      })
    );
    /** @type {Explanation} */
    const explanation = read(isExplanation, body);
    kept.set(key, explanation);
    for (const old of [...kept.keys()].slice(0, -KEPT)) kept.delete(old);
    return explanation;
  });
}

module.exports = { explain };

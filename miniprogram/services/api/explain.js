// @ts-check
const { asFailure } = require('../http/failure');
const { hasForm, isFilledText, isModel, isPrediction, isShare, read } = require('./schema');
const { sendPhoto } = require('./send-photo');
const { sequence } = require('../http/task');

/**
 * @typedef {import('../../contract').Explanation} Explanation
 * @typedef {Pick<import('../history/history').Entry, 'id' | 'photo'>} Entry
 */

/** Explanations in the cache, which lasts for the session; each is some hundred numbers. */
const KEPT = 60;
/** Labels that the server takes at once. */
const MOST = 5;

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

const isExplanations = hasForm({
  success: (value) => value === true,
  explanations: (value) => Array.isArray(value) && value.every(isExplanation),
});

/** Of one label, and of several. @type {import('./schema').Check} */
const isAnswer = (value) => isExplanation(value) || isExplanations(value);

/**
 * @param {string} entryId
 * @param {string} classId
 * @returns {string} of the cache
 */
const keyOf = (entryId, classId) => `${entryId} ${classId}`;

/**
 * Fetches the heat map of a class, POST /explain, or takes it from the cache. Those of the other classes come with it,
 * so that the photo is uploaded once for all names.
 *
 * @param {Entry} entry
 * @param {string} classId
 * @param {string[]} [others]  ids of classes that may be wanted next
 * @returns {import('../http/task').Task<Explanation>}
 */
function explain(entry, classId, others = []) {
  return sequence(async (run) => {
    const known = kept.get(keyOf(entry.id, classId));
    if (known) return known;
    const along = others.filter((id) => id !== classId && !kept.has(keyOf(entry.id, id))).slice(0, MOST - 1);
    const found = await fetched(run, entry, [...along, classId]).catch((thrown) => {
      // One of the others may be unknown by now, such as a taught thing that was deleted.
      if (along.length > 0 && isOfLabels(thrown)) return null;
      throw thrown;
    });
    return found || /** @type {Promise<Explanation>} */ (fetched(run, entry, [classId]));
  });
}

/**
 * Asks the server and keeps what it says.
 *
 * @param {import('../http/task').Run} run
 * @param {Entry} entry
 * @param {string[]} classIds
 * @returns {Promise<Explanation | null>} of the last class; null if the server explained another one alone
 */
async function fetched(run, entry, classIds) {
  const query = classIds.map((id) => `label=${encodeURIComponent(id)}`).join('&');
  const body = await run(() =>
    sendPhoto({
      path: `/explain?${query}`,
      filePath: entry.photo,
      header: { Accept: 'application/json' },
    })
  );
  /** @type {Explanation | import('../../contract').Explanations} */
  const answer = read(isAnswer, body);
  const found = 'explanations' in answer ? answer.explanations : [answer];
  // A server from before several labels takes the last one.
  const last = classIds[classIds.length - 1] || '';
  for (const explanation of found) keep(entry, classIds.length > 1 ? explanation.label.id : last, explanation);
  return kept.get(keyOf(entry.id, last)) || null;
}

/**
 * @param {Entry} entry
 * @param {string} classId
 * @param {Explanation} explanation
 */
function keep(entry, classId, explanation) {
  kept.set(keyOf(entry.id, classId), explanation);
  for (const old of [...kept.keys()].slice(0, -KEPT)) kept.delete(old);
}

/**
 * @param {unknown} thrown
 * @returns {boolean} whether the server refused a label
 */
function isOfLabels(thrown) {
  const { kind } = asFailure(thrown);
  return kind === 'request-invalid' || kind === 'not-found';
}

module.exports = { explain };

// @ts-check
const { captionOf } = require('./words');
const { CLASSES, KINDS } = require('../../labels/imagenet');
const { fill, texts } = require('../../texts/texts');
const { CAMERA } = require('../../services/device/navigation');
const { isUnsure, namesOf } = require('../../services/text/display-names');

/**
 * What others see of a result. WeChat wants texts that a user wrote to be checked before other users see them
 * (运营规范 3.2), so a share carries names of the model's own classes only. Its query carries ids, whose names come from
 * this package: nobody can put a text of his own into somebody's page by a made-up query.
 *
 * @typedef {import('../../services/history/history').Entry} Entry
 * @typedef {Pick<Entry, 'predictions' | 'confident' | 'kind' | 'corrected' | 'model'>} Shared
 */

/** Page that shows a shared result. */
const RESULT = 'pages/result/result';
/** The label set whose names are in this package. */
const LABELS = 'imagenet';
/** What a user taught the server has an id that begins so, and a name that the user wrote. */
const TAUGHT = 'taught:';
/** Probabilities in a query are multiples of 1 / PARTS, and neither 0 nor 1: no result is as certain as that. */
const PARTS = 1000;
/** Classes in a query. */
const MOST = 5;

/**
 * @param {{id: string}} named  a prediction or a correction
 * @returns {boolean} whether its name is of one of the model's own classes, not a text of the user
 */
function isOwnClass({ id }) {
  return id !== '' && !id.startsWith(TAUGHT);
}

/**
 * @param {string} id  which may come from anybody, such as `constructor`
 * @param {Record<string, unknown>} names
 * @returns {boolean}
 */
function has(id, names) {
  return Object.prototype.hasOwnProperty.call(names, id);
}

/**
 * The part of a result that others may see. If the user wrote the name, the model's answer counts as uncertain.
 *
 * @param {Entry} entry
 * @returns {Shared}
 */
function sharedOf({ predictions, confident, kind, corrected, model }) {
  const [first] = predictions;
  const isWritten = corrected ? !isOwnClass(corrected) : Boolean(first && !isOwnClass(first));
  return {
    predictions: predictions.filter(isOwnClass),
    confident: confident && !isWritten,
    kind: isWritten ? null : kind,
    corrected: isWritten ? null : corrected,
    model,
  };
}

/**
 * @param {Shared} shared
 * @returns {string} for others
 */
function questionOf(shared) {
  const { shareKind, shareTitle, shareUnsure } = texts().result;
  const names = namesOf(shared);
  if (!names) return shareUnsure;
  return fill(isUnsure(shared) ? shareKind : shareTitle, { name: names.name });
}

/**
 * @param {Shared} shared
 * @returns {import('../../services/text/caption').Caption} of a card for friends; without a guess that nobody is sure of
 */
function cardOf(shared) {
  const caption = namesOf(shared) ? captionOf(shared) : { detail: '', percent: '', mark: texts().result.mark };
  return { ...caption, name: questionOf(shared) };
}

/**
 * The result as a query: `r` classes and probabilities, `s` if it is confident, `k` the kind, `c` the correction.
 *
 * @param {Shared} shared
 * @returns {string} '' if the package lacks the names of its classes
 */
function queryOf({ predictions, confident, kind, corrected, model }) {
  const pairs = predictions
    .filter(({ id, probability }) => has(id, CLASSES) && Math.round(probability * PARTS) > 0)
    .slice(0, MOST)
    .map(({ id, probability }) => `${id}-${Math.min(Math.round(probability * PARTS), PARTS - 1)}`);
  if (model.labels !== LABELS || pairs.length === 0) return '';
  return [
    `r=${pairs.join('.')}`,
    confident && 's=1',
    kind && has(kind.id, KINDS) && `k=${kind.id}`,
    corrected && has(corrected.id, CLASSES) && `c=${corrected.id}`,
  ]
    .filter(Boolean)
    .join('&');
}

/**
 * @param {Shared} shared
 * @returns {string} path with query, for a friend: the result, or the camera if it cannot be told by a query
 */
function pathOf(shared) {
  const query = queryOf(shared);
  return query ? `/${RESULT}?${query}` : `/${CAMERA}`;
}

/**
 * @param {string} id
 * @param {Record<string, string[]>} names  [Chinese, English] by id
 * @returns {{id: string, label: string, name: import('../../contract').Name} | null} null if it is unknown
 */
function named(id, names) {
  const [zh, en] = (has(id, names) && names[id]) || [];
  return zh && en ? { id, label: en, name: { zh, en } } : null;
}

/**
 * Reads what `queryOf` wrote; it may come from anybody.
 *
 * @param {Record<string, string | undefined>} query  of the page
 * @returns {Shared | null} null if it holds no result
 */
function sharedFrom({ r = '', s, k = '', c = '' }) {
  const predictions = r.split('.').slice(0, MOST).flatMap((pair) => {
    const [, id = '', parts = ''] = /^(\w+)-([1-9]\d{0,2})$/.exec(pair) || [];
    const found = named(id, CLASSES);
    return found ? [{ ...found, probability: Number(parts) / PARTS }] : [];
  });
  if (predictions.length === 0) return null;
  const kind = named(k, KINDS);
  const model = { name: '', labels: LABELS };
  return { predictions, confident: s === '1', kind: kind && { ...kind, probability: 1 }, corrected: named(c, CLASSES), model };
}

module.exports = { sharedOf, questionOf, cardOf, queryOf, pathOf, sharedFrom };

// @ts-check
const { failure } = require('../http/failure');
const { parseJson } = require('../http/json');

/**
 * Schemas of response bodies, and the checks they are made of.
 *
 * @typedef {import('../../contract').Predictions} Predictions
 * @typedef {import('../../contract').Echo} Echo
 * @typedef {import('../../contract').Ready} Ready
 * @typedef {import('../../contract').Session} Session
 *
 * @typedef {(value: any) => boolean} Check
 */

/** @type {Check} */
const isText = (value) => typeof value === 'string';
/** @type {Check} */
const isFilledText = (value) => typeof value === 'string' && value !== '';
/** @type {Check} */
const isNumber = (value) => typeof value === 'number';
/** @type {Check} */
const isPixels = (value) => Number.isInteger(value) && value >= 1;
/** @type {Check} */
const isShare = (value) => typeof value === 'number' && value >= 0 && value <= 1;

/**
 * @param {Record<string, Check>} form
 * @returns {Check}
 */
function hasForm(form) {
  const names = Object.keys(form);
  return (value) =>
    typeof value === 'object' && value !== null && names.every((name) => form[name]?.(value[name]));
}

/**
 * @param {Check} check
 * @returns {Check} of a field that may be absent
 */
function optional(check) {
  return (value) => value === undefined || check(value);
}

const isName = hasForm({ en: isFilledText, zh: isFilledText });
const isModel = hasForm({ name: isText, labels: isText });
const isPrediction = hasForm({
  label: isFilledText,
  probability: isShare,
  id: isFilledText,
  name: isName,
  taught: optional((value) => typeof value === 'boolean'),
});
const isKind = hasForm({ id: isFilledText, name: isName, probability: isShare });

const isPredictions = hasForm({
  success: (value) => value === true,
  predictions: (value) => Array.isArray(value) && value.length > 0 && value.every(isPrediction),
  confident: (value) => typeof value === 'boolean',
  kind: optional(isKind),
  model: isModel,
  request_id: isText,
});

const isEcho = hasForm({
  success: (value) => value === true,
  url: isFilledText,
  width: isPixels,
  height: isPixels,
  expires_in: isNumber,
  request_id: isText,
});

const isAwaited = hasForm({ name: isFilledText, percent: optional(isNumber) });

const isReady = hasForm({
  status: (value) => value === 'ready',
  model: isModel,
  runtime: isText,
  awaited: optional(isAwaited),
  teaching: optional((value) => typeof value === 'boolean'),
  on_device: optional((value) => typeof value === 'boolean'),
});

const isSession = hasForm({
  success: (value) => value === true,
  token: isFilledText,
  expires_in: (value) => typeof value === 'number' && value > 0,
});

/**
 * @param {Check} check
 * @param {unknown} data  body of a 200, text or object
 * @returns {any}
 * @throws {import('../http/failure').Failure} `not-json` or `wrong-form`
 */
function read(check, data) {
  const body = parseJson(data);
  if (body === undefined) throw failure('not-json');
  if (!check(body)) throw failure('wrong-form');
  return body;
}

/** POST /predict @type {(data: unknown) => Predictions} */
const readPredictions = (data) => read(isPredictions, data);
/** POST /image with Accept: application/json @type {(data: unknown) => Echo} */
const readEcho = (data) => read(isEcho, data);
/** GET /readyz @type {(data: unknown) => Ready} */
const readReady = (data) => read(isReady, data);
/** POST /session @type {(data: unknown) => Session} */
const readSession = (data) => read(isSession, data);

module.exports = {
  readPredictions,
  readEcho,
  readReady,
  readSession,
  read,
  hasForm,
  optional,
  isFilledText,
  isKind,
  isModel,
  isName,
  isNumber,
  isPrediction,
  isShare,
  isText,
};

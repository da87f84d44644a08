const LIMIT = 256 * 1024;

/**
 * Refuses what a phone cannot send from the script's thread to the page's.
 *
 * @param {unknown} data the argument of setData
 * @param {string} owner path of the page or component, for the error
 * @returns {void}
 * @throws {TypeError} for undefined, functions, dates, maps, cycles and other things that are no JSON
 * @throws {RangeError} above 256 KB
 */
export function checkSetData(data, owner) {
  if (!isPlain(data)) throw new TypeError(`${owner}: setData wants an object`);
  for (const [path, value] of Object.entries(data)) {
    if (value === undefined) throw new TypeError(`${owner}: setData("${path}") to undefined`);
    checkValue(value, `${owner}: setData("${path}")`, []);
  }
  const size = new Blob([JSON.stringify(data)]).size;
  if (size > LIMIT)
    throw new RangeError(`${owner}: setData with ${size} bytes, the platform's limit is ${LIMIT}`);
}

/**
 * @param {unknown} value
 * @param {string} place
 * @param {object[]} above the objects that contain it
 * @returns {void}
 */
export function checkValue(value, place, above) {
  if (value === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof value)) {
    if (Number.isNaN(value)) console.warn(`${place} holds NaN`);
    return;
  }
  const isArray = Array.isArray(value);
  if (!isArray && !isPlain(value)) throw new TypeError(`${place} is no JSON: ${describe(value)}`);
  if (above.includes(value)) throw new TypeError(`${place} contains itself`);
  const inside = [...above, value];
  for (const [key, item] of Object.entries(value))
    checkValue(item, `${place}${isArray ? `[${key}]` : `.${key}`}`, inside);
}

/** By its tag, since an object may come from another window in tests. */
function isPlain(value) {
  if (Object.prototype.toString.call(value) !== '[object Object]') return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** @param {any} value @returns {string} */
function describe(value) {
  return typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value;
}

import { Refusal } from './api.js';

const VALUE_LIMIT = 1024 * 1024;
const TOTAL_LIMIT = 10 * 1024 * 1024;

/** @param {import('../phone.js').Phone} phone @param {Function} api @returns {Record<string, any>} localStorage with the platform's limits */
export function storageMembers(phone, api) {
  const store = globalThis.localStorage;
  const prefix = prefixOf(phone);
  const keys = () =>
    Object.keys(store)
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length));
  const used = () => keys().reduce((sum, key) => sum + store.getItem(prefix + key).length, 0);
  const get = (key) => {
    const text = store.getItem(prefix + key);
    return text === null ? '' : JSON.parse(text).data;
  };
  const set = (key, data) => {
    if (typeof key !== 'string')
      throw new Error('setStorage:fail parameter error: parameter.key should be String');
    const text = JSON.stringify({ data });
    if (text.length > VALUE_LIMIT) throw new Error('setStorage:fail entry size limit reached');
    if (used() - (store.getItem(prefix + key)?.length ?? 0) + text.length > TOTAL_LIMIT)
      throw new Error('setStorage:fail storage limit reached');
    if (phone.files.full) throw new Error('setStorage:fail storage limit reached');
    try {
      store.setItem(prefix + key, text);
    } catch {
      // The browser's own limit may be lower.
      throw new Error('setStorage:fail storage limit reached');
    }
  };
  const remove = (key) => store.removeItem(prefix + key);
  const clear = () => keys().forEach(remove);
  const info = () => ({ keys: keys(), currentSize: Math.ceil(used() / 1024), limitSize: TOTAL_LIMIT / 1024 });
  return {
    getStorageSync: get,
    setStorageSync: set,
    removeStorageSync: remove,
    clearStorageSync: clear,
    getStorageInfoSync: info,
    getStorage: api('getStorage', ({ key }) => {
      if (store.getItem(prefix + key) === null) throw new Refusal('data not found');
      return { data: get(key) };
    }),
    setStorage: api('setStorage', ({ key, data }) => {
      try {
        set(key, data);
      } catch (error) {
        throw new Refusal(error.message.replace('setStorage:fail ', ''));
      }
    }),
    removeStorage: api('removeStorage', ({ key }) => remove(key)),
    clearStorage: api('clearStorage', clear),
    getStorageInfo: api('getStorageInfo', info),
  };
}

/** @param {import('../phone.js').Phone} phone @returns {string} of the keys in the browser's storage */
function prefixOf(phone) {
  return `${phone.singlePage.storage}simulator:`;
}

/** @param {import('../phone.js').Phone} phone @returns {Record<string, unknown>} everything that setStorage stored */
export function storedValues(phone) {
  const store = globalThis.localStorage;
  const prefix = prefixOf(phone);
  const stored = Object.keys(store).filter((key) => key.startsWith(prefix));
  return Object.fromEntries(
    stored.map((key) => [key.slice(prefix.length), JSON.parse(store.getItem(key)).data]),
  );
}

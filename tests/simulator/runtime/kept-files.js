const STORE = 'files';

/** User files in IndexedDB; where there is none (jsdom) nothing is kept. */
export class KeptFiles {
  /** @returns {Promise<Map<string, Uint8Array>>} */
  async all() {
    const database = await this.#open();
    if (!database) return new Map();
    const store = database.transaction(STORE).objectStore(STORE);
    const [paths, contents] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
    return new Map(paths.map((path, index) => [path, contents[index]]));
  }

  /** @param {string} path @param {Uint8Array} bytes @returns {Promise<void>} */
  async set(path, bytes) {
    (await this.#open())?.transaction(STORE, 'readwrite').objectStore(STORE).put(bytes, path);
  }

  /** @param {string} path @returns {Promise<void>} */
  async delete(path) {
    (await this.#open())?.transaction(STORE, 'readwrite').objectStore(STORE).delete(path);
  }

  /** @returns {Promise<IDBDatabase | undefined>} */
  #open() {
    if (!globalThis.indexedDB) return Promise.resolve(undefined);
    this.opening ??= new Promise((resolve, reject) => {
      const request = indexedDB.open('simulator', 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return this.opening;
  }
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

const STORE = 'files';

/** User files in IndexedDB; where there is none (jsdom) nothing is kept. */
export class KeptFiles {
  constructor() {
    /** @type {Promise<void>} when everything until now is on the disk */
    this.written = Promise.resolve();
  }

  /** @returns {Promise<Map<string, import('./files.js').KeptFile>>} */
  async all() {
    const database = await this.#open();
    if (!database) return new Map();
    const store = database.transaction(STORE).objectStore(STORE);
    const [paths, contents] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
    return new Map(paths.map((path, index) => [String(path), contents[index]]));
  }

  /** @param {string} path @param {import('./files.js').KeptFile} file @returns {void} */
  set(path, file) {
    this.#change((store) => store.put(file, path));
  }

  /** @param {string} path @returns {void} */
  delete(path) {
    this.#change((store) => store.delete(path));
  }

  /** One change after the other, so that `written` tells when all are safe. */
  #change(change) {
    this.written = this.written.then(async () => {
      const database = await this.#open();
      if (database) await done(change(database.transaction(STORE, 'readwrite').objectStore(STORE)));
    });
  }

  /** @returns {Promise<IDBDatabase | undefined>} */
  #open() {
    if (!globalThis.indexedDB) return Promise.resolve(undefined);
    this.opening ??= new Promise((resolve, reject) => {
      const request = indexedDB.open('simulator-files', 1);
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

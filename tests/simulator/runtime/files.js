import { KeptFiles } from './kept-files.js';

export const USER_DATA_PATH = 'wxfile://usr';

const TYPES = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  heic: 'image/heic',
  heif: 'image/heif',
  json: 'application/json',
  txt: 'text/plain',
};

/** Files of one phone: temporary ones are gone with the page, user files stay in the browser. */
export class Files {
  constructor() {
    /** @type {Map<string, Uint8Array>} */
    this.contents = new Map();
    this.folders = new Set([USER_DATA_PATH]);
    this.count = 0;
    this.kept = new KeptFiles();
  }

  /** @returns {Promise<void>} brings back the user's files of an earlier visit */
  async restore() {
    for (const [path, bytes] of await this.kept.all()) {
      this.contents.set(path, bytes);
      for (let folder = path; folder.length > USER_DATA_PATH.length;) {
        folder = folder.slice(0, folder.lastIndexOf('/'));
        this.folders.add(folder);
      }
    }
  }

  /** @param {string} path @param {Uint8Array} bytes @returns {void} */
  write(path, bytes) {
    this.contents.set(path, bytes);
    if (path.startsWith(USER_DATA_PATH)) this.kept.set(path, bytes);
  }

  /** @param {string} path @returns {void} */
  remove(path) {
    this.contents.delete(path);
    if (path.startsWith(USER_DATA_PATH)) this.kept.delete(path);
  }

  /**
   * @param {Uint8Array} bytes
   * @param {string} suffix without dot
   * @returns {string} path of a new temporary file
   */
  addTemporary(bytes, suffix) {
    this.count += 1;
    const path = `wxfile://tmp_${Date.now().toString(36)}${this.count}.${suffix || 'unknown'}`;
    this.contents.set(path, bytes);
    return path;
  }

  /** @param {Blob} blob @param {string} [suffix] @returns {Promise<string>} path of a new temporary file */
  async addBlob(blob, suffix = suffixOf(blob.type)) {
    return this.addTemporary(await bytesOf(blob), suffix);
  }

  /** @param {string} path @returns {boolean} */
  has(path) {
    return this.contents.has(path);
  }

  /** @param {string} path @returns {Uint8Array | undefined} */
  read(path) {
    return this.contents.get(path);
  }

  /** @param {string} path @returns {Blob | undefined} with the type that its name tells */
  blob(path) {
    const bytes = this.contents.get(path);
    return bytes && new Blob([bytes], { type: typeOf(path) });
  }
}

/** @param {string} path @returns {string} a media type */
export function typeOf(path) {
  return TYPES[path.split('.').at(-1).toLowerCase()] ?? 'application/octet-stream';
}

/** @param {string} type a media type @returns {string} */
export function suffixOf(type) {
  const bare = type.split(';')[0].trim();
  return Object.entries(TYPES).find(([, known]) => known === bare)?.[0] ?? 'unknown';
}

/** @param {Blob} blob @returns {Promise<Uint8Array>} also where Blob has no arrayBuffer(), as in jsdom */
export function bytesOf(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(new Uint8Array(/** @type {ArrayBuffer} */ (reader.result)));
    reader.onerror = () => reject(reader.error);
    reader.readAsArrayBuffer(blob);
  });
}

import { KeptFiles } from './kept-files.js';
import { Refusal } from './wx/api.js';

export const USER_DATA_PATH = 'wxfile://usr';
/** Where saveFile without a path puts files; getSavedFileList lists them. */
export const STORE_PREFIX = 'wxfile://store_';

const MEGABYTE = 1024 * 1024;
const FILE_LIMIT = 100 * MEGABYTE;
const TOTAL_LIMIT = 200 * MEGABYTE;

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

/** @typedef {{bytes: Uint8Array, time: number}} KeptFile `time` in milliseconds; a folder's path ends with a slash */

/** Files of one phone: temporary ones are gone with the page, the user's and the saved ones stay. */
export class Files {
  /** @param {Record<string, Uint8Array | KeptFile>} [given] of an earlier visit */
  constructor(given = {}) {
    this.given = given;
    /** @type {Map<string, Uint8Array>} */
    this.contents = new Map();
    /** @type {Map<string, number>} when each kept file was written, milliseconds */
    this.times = new Map();
    this.folders = new Set([USER_DATA_PATH]);
    this.count = 0;
    this.full = false;
    this.kept = new KeptFiles();
  }

  /** @returns {Promise<void>} brings back the files of an earlier visit */
  async restore() {
    const earlier = await this.kept.all();
    for (const [path, file] of Object.entries(this.given)) {
      const { bytes, time = Date.now() } = 'bytes' in file ? file : { bytes: file };
      earlier.set(path, { bytes: Uint8Array.from(bytes), time });
    }
    for (const [path, { bytes, time }] of earlier) {
      if (!path.endsWith('/')) {
        this.contents.set(path, bytes);
        this.times.set(path, time);
      }
      for (let folder = path; folder.length > USER_DATA_PATH.length && !isSaved(path);) {
        folder = folder.slice(0, folder.lastIndexOf('/'));
        this.folders.add(folder);
      }
    }
  }

  /** @returns {Record<string, KeptFile>} what another visit finds */
  get remaining() {
    const folders = [...this.folders].filter((path) => path !== USER_DATA_PATH);
    return Object.fromEntries([
      ...folders.map((path) => [`${path}/`, { bytes: new Uint8Array(0), time: 0 }]),
      ...[...this.times].map(([path, time]) => [path, { bytes: this.contents.get(path), time }]),
    ]);
  }

  /** @returns {number} bytes that the user's and the saved files take together */
  get used() {
    return [...this.times.keys()].reduce((sum, path) => sum + this.contents.get(path).length, 0);
  }

  /**
   * @param {string} path of a user file or a saved one
   * @param {Uint8Array} bytes
   * @returns {void}
   * @throws {Refusal} where there is no room
   */
  write(path, bytes) {
    const before = this.times.has(path) ? this.contents.get(path).length : 0;
    if (this.full || bytes.length > FILE_LIMIT || this.used - before + bytes.length > TOTAL_LIMIT) {
      throw new Refusal('the maximum size of the file storage limit is exceeded', { errCode: 1300202 });
    }
    const time = Date.now();
    this.contents.set(path, bytes);
    this.times.set(path, time);
    this.kept.set(path, { bytes, time });
  }

  /** @param {string} path @returns {void} */
  addFolder(path) {
    this.folders.add(path);
    this.kept.set(`${path}/`, { bytes: new Uint8Array(0), time: Date.now() });
  }

  /** @param {string} path @returns {void} */
  removeFolder(path) {
    this.folders.delete(path);
    this.kept.delete(`${path}/`);
  }

  /** @param {string} path @returns {void} */
  remove(path) {
    this.contents.delete(path);
    if (this.times.delete(path)) this.kept.delete(path);
  }

  /**
   * @param {string} suffix without dot
   * @returns {string} a path that saveFile gives
   */
  savedPath(suffix) {
    this.count += 1;
    return `${STORE_PREFIX}${Date.now().toString(36)}${this.count}.${suffix}`;
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

/** @param {string} path @returns {boolean} */
export function isSaved(path) {
  return path.startsWith(STORE_PREFIX);
}

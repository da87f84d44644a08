import { launch } from '../../simulator/jsdom.js';
import { PICTURE } from '../picture.js';
import { ROOT } from '../sources.js';

/**
 * The simulator's `wx` for a service that runs in plain Node: its files and its storage, with the platform's
 * limits.
 *
 * @param {Partial<import('../../simulator/jsdom.js').LaunchOptions>} [options]
 */
export async function platform(options = {}) {
  const phone = await launch({ root: ROOT, ...options });
  const call = phone.simulator.call;
  /** @type {Record<string, any>} */
  const wx = new Proxy(
    { env: phone.simulator.env, cloud: phone.simulator.cloud },
    { get: (own, name) => own[name] ?? ((...args) => call(String(name), ...args)) },
  );
  globalThis.wx = wx;
  const files = call('getFileSystemManager');
  let count = 0;
  return {
    phone,
    wx,
    files,

    /** @param {Buffer} [bytes] @returns {string} path of a photo, as the camera or the album would give it */
    photo(bytes = PICTURE) {
      count += 1;
      const path = `${wx.env.USER_DATA_PATH}/photo-${count}.jpg`;
      files.writeFileSync(path, new phone.window.Uint8Array(bytes).buffer);
      return path;
    },

    /** @param {string} folder @returns {string[]} names of the files there */
    inside(folder) {
      const path = `${wx.env.USER_DATA_PATH}/${folder}`;
      try {
        return files.readdirSync(path);
      } catch {
        return [];
      }
    },

    /** @param {string} path @returns {boolean} */
    has(path) {
      try {
        files.accessSync(path);
        return true;
      } catch {
        return false;
      }
    },

    async close() {
      delete globalThis.wx;
      expectNone(phone.errors);
      await phone.close();
    },
  };
}

/** @param {Error[]} errors */
function expectNone(errors) {
  if (errors.length) throw errors[0];
}

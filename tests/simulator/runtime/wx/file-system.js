import { USER_DATA_PATH } from '../files.js';
import { asynchronous, failWhereAsked, Refusal, strict } from './api.js';

/** @param {import('../phone.js').Phone} phone @returns {Record<string, any>} */
export function fileMembers(phone) {
  return { getFileSystemManager: () => fileSystem(phone) };
}

/** @param {import('../phone.js').Phone} phone @returns {Record<string, any>} each operation with its …Sync form */
function fileSystem(phone) {
  const manager = {};
  for (const [name, operation] of Object.entries(operations(phone.files))) {
    manager[name] = (options) => {
      // The manager's functions have callbacks only.
      const silent = () => undefined;
      asynchronous(phone, name, () => operation(options))({ complete: silent, ...options });
    };
    manager[`${name}Sync`] = (...args) => {
      try {
        failWhereAsked(phone, name);
        return unwrapped(name, operation(positional(name, args)));
      } catch (error) {
        if (error instanceof Refusal)
          throw Object.assign(new Error(error.result(`${name}Sync`).errMsg), error.result(`${name}Sync`));
        throw error;
      }
    };
  }
  return strict('FileSystemManager', manager);
}

const PARAMETERS = {
  readFile: ['filePath', 'encoding', 'position', 'length'],
  writeFile: ['filePath', 'data', 'encoding'],
  saveFile: ['tempFilePath', 'filePath'],
  access: ['path'],
  unlink: ['filePath'],
  copyFile: ['srcPath', 'destPath'],
  stat: ['path'],
  readdir: ['dirPath'],
  mkdir: ['dirPath', 'recursive'],
};
const RESULT = { readFile: 'data', saveFile: 'savedFilePath', stat: 'stats', readdir: 'files' };

/** @param {string} name @param {any[]} args @returns {Record<string, any>} */
function positional(name, args) {
  return Object.fromEntries(PARAMETERS[name].map((parameter, index) => [parameter, args[index]]));
}

/** @param {string} name @param {any} result @returns {any} */
function unwrapped(name, result) {
  return RESULT[name] ? result[RESULT[name]] : undefined;
}

/** @param {import('../files.js').Files} files @returns {Record<string, (options: any) => any>} */
function operations(files) {
  const { contents, folders } = files;
  const need = (path) => {
    if (!contents.has(path)) throw new Refusal(`no such file or directory, open '${path}'`);
    return contents.get(path);
  };
  const mayWrite = (path) => {
    if (!path.startsWith(`${USER_DATA_PATH}/`)) throw new Refusal(`permission denied, open '${path}'`);
    const folder = path.slice(0, path.lastIndexOf('/'));
    if (!folders.has(folder)) throw new Refusal(`no such file or directory, open '${path}'`);
  };
  return {
    readFile: ({ filePath, encoding }) => ({ data: decode(need(filePath), encoding) }),
    writeFile({ filePath, data, encoding = 'utf8' }) {
      mayWrite(filePath);
      files.write(filePath, encode(data, encoding));
    },
    saveFile({ tempFilePath, filePath = `${USER_DATA_PATH}/${tempFilePath.split('/').at(-1)}` }) {
      const bytes = need(tempFilePath);
      mayWrite(filePath);
      files.write(filePath, bytes);
      files.remove(tempFilePath);
      return { savedFilePath: filePath };
    },
    access({ path }) {
      if (!contents.has(path) && !folders.has(path))
        throw new Refusal(`no such file or directory, access '${path}'`);
    },
    unlink({ filePath }) {
      need(filePath);
      files.remove(filePath);
    },
    copyFile({ srcPath, destPath }) {
      mayWrite(destPath);
      files.write(destPath, need(srcPath));
    },
    stat: ({ path }) => {
      const isFolder = folders.has(path);
      const size = isFolder ? 0 : need(path).length;
      return {
        stats: {
          size,
          mode: 0,
          lastAccessedTime: 0,
          lastModifiedTime: 0,
          isFile: () => !isFolder,
          isDirectory: () => isFolder,
        },
      };
    },
    readdir({ dirPath }) {
      if (!folders.has(dirPath)) throw new Refusal(`no such file or directory, readdir '${dirPath}'`);
      const inside = [...contents.keys(), ...folders].filter((path) => path.startsWith(`${dirPath}/`));
      return { files: [...new Set(inside.map((path) => path.slice(dirPath.length + 1).split('/')[0]))] };
    },
    mkdir({ dirPath, recursive }) {
      if (!dirPath.startsWith(`${USER_DATA_PATH}/`))
        throw new Refusal(`permission denied, mkdir '${dirPath}'`);
      if (folders.has(dirPath)) throw new Refusal(`file already exists ${dirPath}`);
      const parents = dirPath.slice(USER_DATA_PATH.length + 1).split('/');
      if (!recursive && parents.length > 1) mayWrite(dirPath);
      parents.forEach((_, index) =>
        folders.add(`${USER_DATA_PATH}/${parents.slice(0, index + 1).join('/')}`),
      );
    },
  };
}

/** @param {Uint8Array} bytes @param {string} [encoding] none gives an ArrayBuffer @returns {ArrayBuffer | string} */
function decode(bytes, encoding) {
  if (!encoding) return bytes.slice().buffer;
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  if (encoding === 'base64') return btoa(binary);
  if (encoding === 'utf8' || encoding === 'utf-8') return decodeURIComponent(escape(binary));
  throw new Refusal(`the simulator has no encoding "${encoding}"`);
}

/** @param {ArrayBuffer | string} data @param {string} encoding @returns {Uint8Array} */
function encode(data, encoding) {
  if (typeof data !== 'string') return new Uint8Array(data).slice();
  const binary = encoding === 'base64' ? atob(data) : unescape(encodeURIComponent(data));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

import { asynchronous, failWhereAsked, Refusal, strict } from './api.js';
import { fileOperations } from './file-operations.js';

/** @param {import('../phone.js').Phone} phone @returns {Record<string, any>} */
export function fileMembers(phone) {
  return { getFileSystemManager: () => fileSystem(phone) };
}

/** @param {import('../phone.js').Phone} phone @returns {Record<string, any>} each operation, most with a …Sync form */
function fileSystem(phone) {
  const manager = {};
  for (const [name, operation] of Object.entries(fileOperations(phone.files))) {
    manager[name] = (options) => {
      // The manager's functions have callbacks only.
      const silent = () => undefined;
      asynchronous(phone, name, () => operation(options))({ complete: silent, ...options });
    };
    if (!PARAMETERS[name]) continue;
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
  appendFile: ['filePath', 'data', 'encoding'],
  access: ['path'],
  unlink: ['filePath'],
  copyFile: ['srcPath', 'destPath'],
  stat: ['path', 'recursive'],
  readdir: ['dirPath'],
  mkdir: ['dirPath', 'recursive'],
  rmdir: ['dirPath', 'recursive'],
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

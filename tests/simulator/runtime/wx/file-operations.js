import { isSaved, USER_DATA_PATH } from '../files.js';
import { Refusal } from './api.js';
import { decode, encode } from './file-encoding.js';

/**
 * What FileSystemManager does, each with the fields of its asynchronous form; errors in the documented words.
 *
 * @param {import('../files.js').Files} files
 * @returns {Record<string, (options: any) => any>}
 */
export function fileOperations(files) {
  const { contents, folders } = files;
  const bytesAt = (path) => {
    if (folders.has(path)) throw refusal('illegalOnFolder', `open "${path}"`);
    return contents.get(path) ?? refuse('missing', `open ${path}`);
  };
  const folderAt = (path) => folders.has(path) || refuse('missing', path);
  const mayWrite = (path, doing = `open ${path}`) => {
    if (!String(path).startsWith(`${USER_DATA_PATH}/`)) throw refusal('denied', doing);
    if (folders.has(path)) throw refusal('illegalOnFolder', doing);
    if (!folders.has(parentOf(path))) throw refusal('missing', doing);
  };
  const inside = (path) => [...contents.keys(), ...folders].filter((each) => each.startsWith(`${path}/`));
  return {
    readFile({ filePath, encoding, position = 0, length }) {
      const bytes = bytesAt(filePath);
      if (position < 0 || position > bytes.length) throw refusal('position');
      const end = length === undefined ? bytes.length : position + length;
      if (end < position || end > bytes.length) throw refusal('length');
      return { data: decode(bytes.subarray(position, end), encoding) };
    },
    writeFile({ filePath, data, encoding }) {
      mayWrite(filePath);
      files.write(filePath, encode(data, encoding));
    },
    appendFile({ filePath, data, encoding }) {
      mayWrite(filePath);
      const [before, added] = [bytesAt(filePath), encode(data, encoding)];
      const together = new Uint8Array(before.length + added.length);
      together.set(before);
      together.set(added, before.length);
      files.write(filePath, together);
    },
    saveFile({ tempFilePath, filePath = files.savedPath(String(tempFilePath).split('.').at(-1)) }) {
      if (!contents.has(tempFilePath) || files.times.has(tempFilePath)) throw refusal('noTemporary');
      if (!isSaved(filePath)) mayWrite(filePath);
      files.write(filePath, contents.get(tempFilePath));
      files.remove(tempFilePath);
      return { savedFilePath: filePath };
    },
    getSavedFileList: () => ({
      fileList: [...files.times].filter(([path]) => isSaved(path)).map((entry) => savedFile(files, entry)),
    }),
    removeSavedFile({ filePath }) {
      if (!isSaved(filePath) || !contents.has(filePath)) throw new Refusal('file not exist');
      files.remove(filePath);
    },
    async getFileInfo({ filePath, digestAlgorithm = 'md5' }) {
      if (!contents.has(filePath)) throw new Refusal('file not exist');
      const bytes = contents.get(filePath);
      return { size: bytes.length, digest: await digest(bytes, digestAlgorithm) };
    },
    access({ path }) {
      if (!contents.has(path)) folderAt(path);
    },
    unlink({ filePath }) {
      if (folders.has(filePath)) throw refusal('notPermitted', `unlink ${filePath}`);
      bytesAt(filePath);
      files.remove(filePath);
    },
    copyFile({ srcPath, destPath }) {
      const doing = `copyFile ${srcPath} -> ${destPath}`;
      if (!contents.has(srcPath)) throw refusal('missing', doing);
      mayWrite(destPath, doing);
      files.write(destPath, contents.get(srcPath).slice());
    },
    stat({ path, recursive }) {
      if (recursive) throw new Error('simulator: stat has no "recursive"');
      if (!contents.has(path)) folderAt(path);
      return { stats: stats(files, path) };
    },
    readdir({ dirPath }) {
      if (contents.has(dirPath)) throw refusal('noFolder', dirPath);
      folderAt(dirPath);
      const names = inside(dirPath).map((path) => path.slice(dirPath.length + 1).split('/')[0]);
      return { files: [...new Set(names)] };
    },
    mkdir({ dirPath, recursive }) {
      if (!dirPath.startsWith(`${USER_DATA_PATH}/`)) throw refusal('denied', `open ${dirPath}`);
      if (folders.has(dirPath) || contents.has(dirPath)) throw refusal('exists', dirPath);
      const missing = [];
      for (let path = dirPath; !folders.has(path); path = parentOf(path)) missing.unshift(path);
      if (missing.length > 1 && !recursive) throw refusal('missing', `open ${dirPath}`);
      for (const path of missing) files.addFolder(path);
    },
    rmdir({ dirPath, recursive }) {
      if (dirPath === USER_DATA_PATH) throw refusal('denied', `open ${dirPath}`);
      folderAt(dirPath);
      const within = inside(dirPath);
      if (within.length && !recursive) throw refusal('notEmpty');
      for (const path of [...within, dirPath])
        folders.has(path) ? files.removeFolder(path) : files.remove(path);
    },
  };
}

/** A browser computes no MD5, and jsdom nothing. @returns {Promise<string>} hexadecimal; '' where it cannot be computed */
async function digest(bytes, algorithm) {
  const name = { sha1: 'SHA-1', sha256: 'SHA-256' }[algorithm];
  if (!name || !globalThis.crypto?.subtle) return '';
  const hash = new Uint8Array(await globalThis.crypto.subtle.digest(name, bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Number and words of the platform's table of file errors. */
const ERRORS = {
  notPermitted: [1300001, 'operation not permitted'],
  missing: [1300002, 'no such file or directory'],
  denied: [1300013, 'permission denied'],
  noFolder: [1300020, 'not a directory'],
  notEmpty: [1300066, 'directory not empty'],
  illegalOnFolder: [1301003, 'illegal operation on a directory'],
  exists: [1301005, 'file already exists'],
  length: [1301006, 'value of length is out of range'],
  position: [1301009, 'value of position is out of range'],
  noTemporary: [1301112, 'tempFilePath file not exist'],
};

/** @param {keyof typeof ERRORS} kind @param {string} [about] @returns {Refusal} */
function refusal(kind, about) {
  const [errCode, words] = ERRORS[kind];
  const comma = about?.includes(' ') ? ',' : '';
  return new Refusal(about ? `${words}${comma} ${about}` : words, { errCode });
}

/** @param {keyof typeof ERRORS} kind @param {string} about @returns {never} */
function refuse(kind, about) {
  throw refusal(kind, about);
}

/** @param {string} path @returns {string} */
function parentOf(path) {
  return path.slice(0, path.lastIndexOf('/'));
}

/** @returns {{filePath: string, size: number, createTime: number}} time in seconds */
function savedFile(files, [filePath, time]) {
  return { filePath, size: files.contents.get(filePath).length, createTime: Math.floor(time / 1000) };
}

/** @returns {Record<string, any>} times in seconds */
function stats(files, path) {
  const isFolder = files.folders.has(path);
  const time = Math.floor((files.times.get(path) ?? 0) / 1000);
  return {
    size: isFolder ? 0 : files.contents.get(path).length,
    mode: isFolder ? 0o40755 : 0o100644,
    lastAccessedTime: time,
    lastModifiedTime: time,
    isFile: () => !isFolder,
    isDirectory: () => isFolder,
  };
}

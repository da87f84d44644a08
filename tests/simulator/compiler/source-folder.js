import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { CompileError } from './compile-error.js';

/** The mini-program's folder; every path in and out is relative to it and has forward slashes. */
export class SourceFolder {
  /** @param {string} root absolute or relative to the working directory */
  constructor(root) {
    this.root = root;
  }

  /** @param {string} path @returns {boolean} */
  has(path) {
    const full = join(this.root, path);
    return existsSync(full) && statSync(full).isFile();
  }

  /**
   * @param {string} path
   * @param {string} [wantedBy] the file that asks for it, named in the error
   * @returns {string}
   */
  read(path, wantedBy) {
    if (!this.has(path)) throw new CompileError(`${path} does not exist`, wantedBy ?? path);
    return readFileSync(join(this.root, path), 'utf8');
  }

  /** @param {string} path @returns {Buffer} */
  readBytes(path) {
    return readFileSync(join(this.root, path));
  }
}

/**
 * Resolves a path as the platform does: `/x` from the root, anything else from the file's folder.
 *
 * @param {string} path
 * @param {string} from the file that names it
 * @returns {string}
 */
export function resolvePath(path, from) {
  const joined = path.startsWith('/') ? path.slice(1) : posix.join(posix.dirname(from), path);
  return posix.normalize(joined);
}

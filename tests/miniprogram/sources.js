import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../miniprogram/', import.meta.url));

const require = createRequire(ROOT);

/**
 * A script of the mini-program in plain Node, for those that need no platform.
 *
 * @param {string} path inside miniprogram/
 * @returns {any} its exports
 */
export function load(path) {
  return require(`./${path}`);
}

/**
 * A golden body out of shared/examples/, as text.
 *
 * @param {string} name
 * @returns {string}
 */
export function example(name) {
  return readFileSync(new URL(`../../shared/examples/${name}.json`, import.meta.url), 'utf8');
}

/**
 * The same as after a restart: the script and all that it needs start anew.
 *
 * @param {string} path inside miniprogram/
 * @returns {any} its exports
 */
export function loadAnew(path) {
  for (const file of Object.keys(require.cache)) if (file.startsWith(ROOT)) delete require.cache[file];
  return load(path);
}

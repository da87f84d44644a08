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

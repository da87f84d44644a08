import { transformSync } from 'esbuild';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './sources.js';

/** @param {string} file @returns {any} */
const read = (file) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));

it('WeChat finds by search what concerns everybody, and nothing that is a user\'s own', () => {
  const { rules } = read('sitemap.json');
  // The first rule that fits counts.
  const isFound = (/** @type {string} */ page) => rules.find((rule) => [page, '*'].includes(rule.page)).action === 'allow';
  const { pages, subPackages } = read('app.json');
  const all = [...pages, ...subPackages.flatMap(({ root, pages: own }) => own.map((page) => `${root}/${page}`))];
  expect(all.filter((page) => !isFound(page))).toEqual([
    'pages/history/history',
    'pages/settings/settings',
    'pages/teach/teach',
    'pages/taught/taught',
    'pages/atlas/atlas',
    'pages/quiz/quiz',
    'offline/settings/settings',
  ]);
});

it('DevTools asks for an AppID instead of opening in guest mode', () => {
  expect(read('project.config.json').appid).toBe('');
});

/** Bytes of what everybody downloads at the first visit. */
const MAIN_PACKAGE = 400 * 1024;

/** @param {string} file @returns {number} bytes after DevTools has minified it, as project.config.json asks */
function uploadedSize(file) {
  const bytes = readFileSync(join(ROOT, file));
  return file.endsWith('.js') ? Buffer.byteLength(transformSync(bytes.toString(), { minify: true, target: 'es2017' }).code) : bytes.length;
}

it('the main package is small; what only offline recognition needs is a subpackage of its own', () => {
  const { packOptions } = read('project.config.json');
  const ignored = packOptions.ignore.map(({ value }) => value);
  const files = readdirSync(ROOT, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
    .filter((file) => !ignored.some((value) => file === value || file.endsWith(value)));
  const isOffline = (/** @type {string} */ file) => file.startsWith('offline/');
  expect(files.filter(isOffline)).not.toEqual([]);
  const size = files.filter((file) => !isOffline(file)).reduce((sum, file) => sum + uploadedSize(file), 0);
  expect(size).toBeLessThan(MAIN_PACKAGE);
});

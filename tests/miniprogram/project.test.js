import { readFileSync } from 'node:fs';
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

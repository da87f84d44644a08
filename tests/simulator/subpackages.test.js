import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileApp } from './compiler/app.js';
import { launch } from './jsdom.js';
import { FIXTURE, variant } from './variant.js';

const HOME = 'pages/home/home';
const appJson = JSON.parse(readFileSync(join(FIXTURE, 'app.json'), 'utf8'));
/** @param {object} [changes] of app.json @param {Record<string, string>} [files] */
const withPackage = (changes = {}, files = {}) =>
  variant({
    'app.json': JSON.stringify({ ...appJson, subPackages: [{ root: 'extra', pages: ['one/one'] }], ...changes }, null, 2),
    'extra/one/one.js': "Page({ data: { said: require('../words').said } });",
    'extra/one/one.wxml': '<view class="said">{{said}}</view>',
    'extra/one/one.json': '{}',
    'extra/words.js': "module.exports = { said: 'hello' };",
    [`${HOME}.js`]: `${readFileSync(join(FIXTURE, `${HOME}.js`), 'utf8')}\nconst later = () => require.async('../../extra/words');\ngetApp().later = later;`,
    ...files,
  });

test('pages and scripts of a subpackage are there once it is fetched, which needs a network the first time', async () => {
  const phone = await launch({ root: withPackage(), privacy: 'agreed' });
  const { later } = phone.simulator.app();
  phone.simulator.network('none');
  await expect(later()).rejects.toMatchObject({ message: /subpackage "extra"/ });
  await expect(phone.simulator.call('navigateTo', { url: '/extra/one/one' })).rejects.toMatchObject({ errMsg: /subpackage "extra"/ });
  phone.simulator.network('4g');
  expect((await later()).said).toBe('hello');
  phone.simulator.network('none');
  await phone.simulator.call('navigateTo', { url: '/extra/one/one' });
  await phone.settle();
  expect(phone.text('.said')).toBe('hello');
  expect(phone.errors).toEqual([]);
  await phone.close();
});

test('a page fetches what preloadRule names ahead of time', async () => {
  const root = withPackage({ preloadRule: { [HOME]: { network: 'all', packages: ['extra'] } } });
  const phone = await launch({ root, privacy: 'agreed' });
  phone.simulator.network('none');
  expect((await phone.simulator.app().later()).said).toBe('hello');
  await phone.close();
});

test.each([
  ['a script that is required at once', {}, { [`${HOME}.js`]: "require('../../extra/words'); Page({});" }, /home\.js.*extra\/words\.js is in a subpackage/],
  ['require.async of nothing', {}, { [`${HOME}.js`]: "Page({}); () => require.async('../../extra/none');" }, /finds no script/],
  ['a component of a subpackage', {}, { [`${HOME}.json`]: '{ "usingComponents": { "one": "/extra/one/one" } }' }, /in another subpackage/],
  ['a subpackage without pages', { subPackages: [{ root: 'extra' }] }, {}, /needs "root" and "pages"/],
  ['a rule for no subpackage', { preloadRule: { [HOME]: { packages: ['none'] } } }, {}, /"preloadRule": none/],
  ['a subpackage that is too large', {}, { 'extra/large.png': 'x'.repeat(2 * 1024 * 1024) }, /the subpackage extra has 2\d{6} bytes/],
])('%s is refused', async (_, changes, files, message) => {
  await expect(compileApp(withPackage(changes, files))).rejects.toThrow(message);
});

test('the main package is measured without its subpackages', async () => {
  const large = 'x'.repeat(1.9 * 1024 * 1024);
  await expect(compileApp(withPackage({}, { 'extra/large.png': large, 'images/large.png': large }))).resolves.toBeDefined();
});

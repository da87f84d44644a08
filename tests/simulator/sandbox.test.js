import { afterEach, beforeEach, expect, test } from 'vitest';
import { launch } from './jsdom.js';
import { variant } from './variant.js';

/** @type {import('./jsdom.js').Launched} */
let phone;
const pageThat = (body) =>
  variant({ 'pages/home/home.wxml': '<view />', 'pages/home/home.js': `Page({ run() { ${body} } })` });
const run = async (body) => {
  await phone?.close();
  phone = await launch({ root: pageThat(body) });
  return phone.page.run();
};
beforeEach(() => (phone = undefined));
afterEach(() => phone.close());

const HIDDEN = [
  'window',
  'document',
  'self',
  'fetch',
  'XMLHttpRequest',
  'FormData',
  'Blob',
  'File',
  'URL',
  'URLSearchParams',
  'localStorage',
  'navigator',
  'location',
  'process',
  'Buffer',
  'alert',
  'eval',
  'Function',
  'indexedDB',
  'WebSocket',
  'Image',
  'requestAnimationFrame',
  'simulator',
];

test('the browser is not there', async () => {
  const kinds = await run(
    `return [${HIDDEN.map((name) => `typeof ${name}`)}].concat([${HIDDEN.map((name) => `typeof globalThis.${name}`)}]).join()`,
  );
  expect(new Set(kinds.split(','))).toEqual(new Set(['undefined']));
});

test('the language is there', async () => {
  expect(
    await run(
      'return [typeof Promise, typeof Map, Math.max(1, 2), JSON.stringify([NaN]), typeof setTimeout, typeof console.log].join()',
    ),
  ).toBe('function,function,2,[null],function,function');
});

test('a name that nobody knows throws, and so does an assignment to it', async () => {
  await expect(run('return colour')).rejects.toThrow(/colour is not defined/);
  await expect(run('colour = 1')).rejects.toThrow(/colour is not defined/);
});

test('what wx does not have throws when it is touched', async () => {
  await expect(run('wx.makePhoneCall({})')).rejects.toThrow('simulator: wx.makePhoneCall is not implemented');
  await expect(run('wx.getFileSystemManager().rename({})')).rejects.toThrow(
    'simulator: FileSystemManager.rename is not implemented',
  );
  await expect(run('wx.createCameraContext().startRecord({})')).rejects.toThrow(
    'simulator: CameraContext.startRecord is not implemented',
  );
});

test('canIUse tells the truth about the simulator', async () => {
  const names = [
    'chooseMedia',
    'makePhoneCall',
    'camera',
    'map',
    'button.open-type.openSetting',
    'button.open-type.getPhoneNumber',
    'camera.bindstop',
  ];
  expect(await run(`return ${JSON.stringify(names)}.map(wx.canIUse).join()`)).toBe(
    'true,false,true,false,true,false,true',
  );
});

test("a member that a test gives takes the place of the simulator's, and is written down", async () => {
  phone = await launch({
    root: pageThat("return wx.vibrateShort({ type: 'light' })"),
    wx: { vibrateShort: ({ type }) => `felt ${type}` },
  });
  expect(phone.page.run()).toBe('felt light');
  expect(phone.calls.at(-1)).toMatchObject({ name: 'vibrateShort', args: [{ type: 'light' }] });
});

test('a module runs once', async () => {
  phone = await launch({
    root: variant({
      'pages/home/home.wxml': '<view />',
      'count.js': 'exports.n = (exports.n || 0) + 1; module.exports.list = []',
      'pages/home/home.js':
        "const a = require('/count.js'); const b = require('../../count'); Page({ run() { return a === b && a.n } })",
    }),
  });
  expect(phone.page.run()).toBe(1);
});

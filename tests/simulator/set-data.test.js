import { expect, test } from 'vitest';
import { launch } from './jsdom.js';
import { checkSetData } from './runtime/set-data.js';
import { FIXTURE, variant } from './variant.js';

const loop = {};
loop.self = loop;

test.each([
  ['undefined', { a: undefined }, /setData\("a"\) to undefined/],
  ['a function', { a: () => 1 }, /is no JSON: function/],
  ['a date', { 'a.b': new Date() }, /setData\("a\.b"\) is no JSON: Date/],
  ['a map inside', { list: [{ m: new Map() }] }, /setData\("list"\)\[0\]\.m is no JSON: Map/],
  ['a cycle', { a: loop }, /contains itself/],
  ['a bigint', { a: 1n }, /is no JSON: bigint/],
  ['no object', [1], /wants an object/],
  ['too much', { a: 'x'.repeat(256 * 1024) }, /limit/],
])('%s is refused', (_, data, message) => {
  expect(() => checkSetData(data, 'page')).toThrow(message);
});

test('plain data passes, the same object twice too', () => {
  const twice = { b: null };
  expect(() => checkSetData({ a: [1, 'x', true, twice, twice], 'list[0].name': '' }, 'page')).not.toThrow();
});

test('a page that breaks the rule fails where it does', async () => {
  const phone = await launch({ root: FIXTURE });
  expect(() => phone.page.setData({ name: undefined })).toThrow(/pages\/home\/home: setData\("name"\)/);
  await phone.close();
});

test('data that is no JSON is refused when the page is defined', async () => {
  const phone = await launch({
    root: variant({
      'pages/home/home.wxml': '<view />',
      'pages/home/home.js': 'Page({ data: { when: new Date() } })',
    }),
  });
  expect(phone.errors.map(String)).toEqual([
    expect.stringContaining('pages/home/home: data.when is no JSON: Date'),
  ]);
  await phone.close();
});

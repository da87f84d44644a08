import { describe, expect, it } from 'vitest';
import schema from '../../../shared/contract.schema.json' with { type: 'json' };
import { load } from '../sources.js';

const { fill, textsFor } = load('texts/texts.js');
/** Those of the subpackage beside those of the main package. */
const zh = { ...textsFor('zh_CN'), recogniseOffline: load('offline/texts/zh.js').zh };
const en = { ...textsFor('en'), recogniseOffline: load('offline/texts/en.js').en };

/** @param {any} value @param {string} [path] @returns {[string, string][]} every text with its place */
function leaves(value, path = '') {
  if (typeof value === 'string') return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`));
}

it.each([
  ['zh_CN', 'zh'],
  ['zh_TW', 'zh'],
  ['zh-Hans', 'zh'],
  [undefined, 'zh'],
  ['en', 'en'],
  ['ja', 'en'],
])('WeChat in %s', (language, expected) => {
  expect(textsFor(language)).toBe(load(`texts/${expected}.js`)[expected]);
});

/** Its colon too: a text of places alone has nothing else. */
const CHINESE = /[\p{Script=Han}：]/u;

describe('both languages', () => {
  const english = new Map(leaves(en));

  it('say the same things', () => {
    expect([...english.keys()].sort()).toEqual(leaves(zh).map(([path]) => path).sort());
  });

  it.each(leaves(zh))('%s is filled in and has the same places', (path, text) => {
    const other = english.get(path) ?? '';
    const places = (it) => (it.match(/\{\w+\}/g) ?? []).sort();
    expect(text.trim()).not.toBe('');
    expect(other.trim()).not.toBe('');
    expect(places(other)).toEqual(places(text));
    expect(other, 'Chinese in the English text').not.toMatch(CHINESE);
    expect(text, 'no Chinese in the Chinese text').toMatch(CHINESE);
  });
});

it.each(schema.$defs.ProblemCode.enum)('the problem %s has a title and a sentence, in both languages', (code) => {
  for (const { failures } of [zh, en]) {
    expect(failures[code].title).toMatch(/[^。.]$/);
    expect(failures[code].sentence).toMatch(/[。.]$/);
  }
});

it('fills places in, and leaves those that it knows nothing about', () => {
  expect(fill('{a} {b} {a}', { a: 1 })).toBe('1 {b} 1');
});

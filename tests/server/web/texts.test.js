import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TEXTS } from '../../../server/paishi/web/texts.js';

const contract = JSON.parse(readFileSync(new URL('../../../shared/contract.schema.json', import.meta.url), 'utf8'));

describe.each(/** @type {const} */ (['zh', 'en']))('the texts of the page, %s', (language) => {
  const texts = TEXTS[language];

  it('have a sentence for every problem of the contract, and for no other', () => {
    expect(Object.keys(texts.problems).sort()).toEqual([...contract.$defs.ProblemCode.enum].sort());
    for (const sentence of Object.values(texts.problems)) expect(sentence).toMatch(/[。.]$/);
  });

  it('are all that the page asks for, in this language', () => {
    const kinds = Object.entries(texts).map(([name, text]) => [name, typeof text]);
    expect(kinds).toEqual(Object.entries(TEXTS.zh).map(([name, text]) => [name, typeof text]));
    const page = readFileSync(new URL('../../../server/paishi/web/index.html', import.meta.url), 'utf8');
    for (const [, name] of page.matchAll(/data-text="(\w+)"/g)) expect(texts).toHaveProperty(name);
  });

  it.each([
    [1, '1 秒', '1 s'],
    [119, '119 秒', '119 s'],
    [120, '2 分钟', '2 minutes'],
    [3601, '61 分钟', '61 minutes'],
  ])('a wait of %d s is said in words', (seconds, zh, en) => {
    expect(texts.retryIn(seconds)).toContain(language === 'zh' ? zh : en);
  });
});

import { describe, expect, it } from 'vitest';
import { load } from '../../sources.js';

const { fitLines, shortened } = load('services/text/line-breaking.js');
const { savedSize } = load('services/text/caption.js');

/** Every letter as wide as high. */
const square = (text, size) => [...text].length * size;

describe('a name on a photo', () => {
  it('is as large as it may be where there is room', () => {
    expect(fitLines('比格犬', 100, 20, square)).toEqual({ lines: ['比格犬'], size: 20 });
  });

  it('shrinks to one line', () => {
    expect(fitLines('黑褐猎浣熊犬', 100, 20, square)).toEqual({ lines: ['黑褐猎浣熊犬'], size: 100 / 6 });
  });

  it('takes two lines, broken between words', () => {
    expect(fitLines('black-and-tan coonhound', 180, 20, square).lines).toEqual(['black-and-tan', 'coonhound']);
    expect(fitLines('一二三四五六七八九十', 100, 20, square).lines).toEqual(['一二三四五六七八', '九十']);
  });

  it.each(['一'.repeat(60), 'x'.repeat(60), 'word '.repeat(12).trim()])('of sixty letters ends with … after two lines: %s', (name) => {
    const { lines, size } = fitLines(name, 100, 20, square);
    expect(lines.length).toBeLessThanOrEqual(2);
    expect(lines.at(-1)).toMatch(/…$/);
    for (const line of lines) expect(square(line, size)).toBeLessThanOrEqual(100);
  });

  it('does not cut a letter of two parts in half', () => {
    expect(shortened('😀😀😀', 2, (text) => square(text, 1))).toBe('😀…');
  });
});

it.each([
  [{ width: 1080, height: 1440 }, { width: 1080, height: 1440 }],
  [{ width: 4000, height: 3000 }, { width: 2000, height: 1500 }],
  [{ width: 10_000, height: 2 }, { width: 2000, height: 1 }],
])('%o is saved as %o', (photo, saved) => {
  expect(savedSize(photo)).toEqual(saved);
});

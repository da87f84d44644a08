import { expect, it } from 'vitest';
import { load } from '../../sources.js';

const { relativeDay } = load('services/text/relative-day.js');
const { textsFor } = load('texts/texts.js');

const NOW = new Date(2026, 0, 2, 0, 5).getTime();

it.each([
  ['a minute ago', new Date(2026, 0, 2, 0, 4), '今天', 'Today'],
  ['ten minutes ago, before midnight', new Date(2026, 0, 1, 23, 55), '昨天', 'Yesterday'],
  ['yesterday, early', new Date(2026, 0, 1, 0, 0), '昨天', 'Yesterday'],
  ['the day before, in another year', new Date(2025, 11, 31, 23, 59), '2025年12月31日', 'Dec 31, 2025'],
  ['later this year, by a clock that was wrong', new Date(2026, 10, 3), '11月3日', 'Nov 3'],
])('%s', (_, moment, zh, en) => {
  expect(relativeDay(moment.getTime(), NOW, textsFor('zh_CN').history)).toBe(zh);
  expect(relativeDay(moment.getTime(), NOW, textsFor('en').history)).toBe(en);
});

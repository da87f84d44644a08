import { beforeEach, expect, it } from 'vitest';
import { example, load } from '../sources.js';

const { rowsOf, percentText } = load('pages/result/ranking/rows.js');
const { chooseLanguage } = load('services/text/language.js');
const { predictions } = JSON.parse(example('predictions'));

/** Counts without a `wx` that stores it. */
beforeEach(() => void chooseLanguage('zh'));

it('puts the name in the language of the person first', () => {
  expect(rowsOf(predictions)[0]).toEqual({
    id: 'n02504013',
    name: '印度象',
    other: 'Indian elephant',
    percent: '83%',
    width: 82.7,
    likelihood: 'likely',
    taught: false,
    cardLabel: '印度象的介绍',
  });
  chooseLanguage('en');
  expect(rowsOf(predictions)[0]).toMatchObject({ name: 'Indian elephant', other: '印度象' });
});

it('shows five of twenty, in the order of the server', () => {
  const twenty = Array.from({ length: 20 }, (_, index) => ({ ...predictions[0], id: `n${index}` }));
  expect(rowsOf(twenty).map(({ id }) => id)).toEqual(['n0', 'n1', 'n2', 'n3', 'n4']);
});

it('leads to a card where the package knows the class, and not from what somebody taught or named', () => {
  const label = (/** @type {string} */ id) => rowsOf([{ ...predictions[0], id }])[0].cardLabel;
  expect(['n01443537', 'taught:9f3c1b7a5d2e8046', 'n0', 'constructor', ''].map(label)).toEqual(['印度象的介绍', '', '', '', '']);
});

it('says a name once where both languages have the same', () => {
  const [row] = rowsOf([{ ...predictions[0], name: { en: 'iPod', zh: 'iPod' } }]);
  expect(row.other).toBe('');
});

it.each([
  [1, '100%'],
  [0.99996, '>99%'],
  [0.994, '99%'],
  [0.8266, '83%'],
  [0.0149, '1%'],
  [0.0099, '<1%'],
  [0, '0%'],
])('%d reads as %s', (probability, text) => {
  expect(percentText(probability)).toBe(text);
});

it('tells guesses that are likely from those to fold and those to leave out; the first is always shown', () => {
  const likelihoods = (...probabilities) =>
    rowsOf(probabilities.map((probability, index) => ({ ...predictions[0], id: `n${index}`, probability }))).map(({ likelihood }) => likelihood);
  expect(likelihoods(0.9, 0.05, 0.0499, 0.01, 0.0099)).toEqual(['likely', 'likely', 'unlikely', 'unlikely', 'negligible']);
  expect(likelihoods(0.004, 0.003)).toEqual(['likely', 'negligible']);
});

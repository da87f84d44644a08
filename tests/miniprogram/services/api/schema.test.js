import { describe, expect, it } from 'vitest';
import { example, load } from '../../sources.js';

const { readPredictions, readEcho, readReady } = load('services/api/schema.js');

/** @param {() => unknown} read @returns {string} the failure's kind */
function kindOf(read) {
  try {
    read();
  } catch (thrown) {
    return thrown.kind;
  }
  return 'none';
}

/** @param {string} name @param {(body: any) => void} change @returns {string} the golden body, changed */
function changed(name, change) {
  const body = JSON.parse(example(name));
  change(body);
  return JSON.stringify(body);
}

it('reads the golden predictions', () => {
  const { predictions, model } = readPredictions(example('predictions'));
  expect(predictions).toHaveLength(5);
  expect(predictions[0].name).toEqual({ en: 'Indian elephant', zh: '印度象' });
  expect(model.name).toBe('ResNet50');
});

it('reads the golden echo and the golden readiness, as text and as object', () => {
  expect(readEcho(example('echo')).width).toBe(1080);
  expect(readReady(JSON.parse(example('ready'))).model.name).toBe('ResNet50');
});

it('reads the kind of an unsure name', () => {
  expect(readPredictions(example('predictions')).kind).toBeUndefined();
  expect(readPredictions(example('predictions-unsure')).kind.name).toEqual({ en: 'a clock or watch', zh: '钟表' });
});

it('reads which model is awaited', () => {
  expect(readReady(example('ready')).awaited).toBeUndefined();
  expect(readReady(example('ready-standing-in')).awaited).toEqual({ name: 'ResNet50', percent: 34 });
  expect(kindOf(() => readReady(changed('ready-standing-in', (it) => delete it.awaited.name)))).toBe('wrong-form');
});

it('takes fields that a newer server may add', () => {
  const body = changed('predictions', (it) => (it.took_ms = 31));
  expect(readPredictions(body).predictions).toHaveLength(5);
});

describe('refuses', () => {
  it.each(['', '<html>502</html>', '{"success": true, "predictions": [', undefined])('%j as no JSON', (data) => {
    expect(kindOf(() => readPredictions(data))).toBe('not-json');
  });

  /** @type {[string, (body: any) => void][]} */
  const wrong = [
    ['no predictions', (it) => (it.predictions = [])],
    ['predictions of another type', (it) => (it.predictions = {})],
    ['a probability above 1', (it) => (it.predictions[0].probability = 82.66)],
    ['a probability as text', (it) => (it.predictions[4].probability = '0.8')],
    ['a missing Chinese name', (it) => delete it.predictions[2].name.zh],
    ['an empty name', (it) => (it.predictions[2].name.en = '')],
    ['no name at all', (it) => delete it.predictions[1].name],
    ['a null in the list', (it) => (it.predictions[3] = null)],
    ['success that is not true', (it) => (it.success = false)],
    ['no model', (it) => delete it.model],
    ['a kind without a name', (it) => (it.kind = { id: 'dog', probability: 0.93 })],
  ];
  it.each(wrong)('predictions with %s', (_, change) => {
    expect(kindOf(() => readPredictions(changed('predictions', change)))).toBe('wrong-form');
  });

  it.each(['null', '[]', '"text"', '1'])('the body %s', (data) => {
    expect(kindOf(() => readPredictions(data))).toBe('wrong-form');
  });

  it('one kind of body in the place of another', () => {
    expect(kindOf(() => readPredictions(example('echo')))).toBe('wrong-form');
    expect(kindOf(() => readEcho(example('predictions')))).toBe('wrong-form');
    expect(kindOf(() => readReady(example('alive')))).toBe('wrong-form');
  });
});

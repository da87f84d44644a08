import { describe, expect, it } from 'vitest';
import { load } from '../../sources.js';

const { nextAgreement, NOTHING } = load('services/live/agreement.js');

/** @param {string} letters  a frame each, `-` for one that the model is not sure of @returns {string} the name over the picture after each, `.` for none */
function shown(letters) {
  let agreement = NOTHING;
  return [...letters]
    .map((letter) => {
      agreement = nextAgreement(agreement, letter === '-' ? null : { id: letter, name: letter.toUpperCase() });
      return agreement.name || '.';
    })
    .join('');
}

describe('a name appears', () => {
  it.each([
    ['after two frames', 'aa', '.A'],
    ['with one other frame in between', 'aba', '..A'],
    ['with one unsure frame in between', 'a-a', '..A'],
    ['after the first one was something else', 'baa', '..A'],
  ])('%s', (_, frames, names) => expect(shown(frames)).toBe(names));
});

describe('no name appears', () => {
  it.each([
    ['by one frame', 'a', '.'],
    ['while each frame says something else', 'abcdab', '......'],
    ['by two frames that are further apart', 'abca', '....'],
    ['while the model is not sure', '-----', '.....'],
  ])('%s', (_, frames, names) => expect(shown(frames)).toBe(names));
});

describe('a name', () => {
  it.each([
    ['stays over one other frame', 'aabaa', '.AAAA'],
    ['goes when two frames do not agree any more', 'aabc', '.AA.'],
    ['goes when the model is not sure any more', 'aa--', '.AA.'],
    ['gives way to the next', 'aabb', '.AAB'],
  ])('%s', (_, frames, names) => expect(shown(frames)).toBe(names));

  it('is the same by its id, not by its spelling', () => {
    const one = nextAgreement(NOTHING, { id: 'n1', name: 'crane' });
    expect(nextAgreement(one, { id: 'n2', name: 'crane' }).name).toBe('');
    expect(nextAgreement(one, { id: 'n1', name: '鹤' }).name).toBe('crane');
  });
});

it('changes nothing that it was given, and keeps three frames', () => {
  const frames = ['a', 'b', 'c', 'd'].map((id) => Object.freeze({ id, name: id }));
  const last = frames.reduce((before, frame) => {
    Object.freeze(before.latest);
    return Object.freeze(nextAgreement(before, frame));
  }, NOTHING);
  expect(last.latest).toEqual(frames.slice(1));
});

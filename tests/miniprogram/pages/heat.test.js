import { describe, expect, it } from 'vitest';
import { load } from '../sources.js';

const { colourOf } = load('pages/result/picture/colours.js');
const { dotsFor, heatAt } = load('pages/result/picture/heat.js');
const { fitted } = load('pages/result/picture/fitted.js');

const BOX = { left: 0.25, top: 0, width: 0.5, height: 1 };

describe('the value of a place', () => {
  const explanation = { grid: [[0, 1], [0.5, 0.5]], box: BOX };

  it('is none outside of what the model was shown', () => {
    expect(heatAt(explanation, 0.2, 0.5)).toBeNull();
    expect(heatAt(explanation, 0.8, 0.5)).toBeNull();
  });

  it.each([
    ['the middle of a cell', 0.625, 0.25, 1],
    ['the corner beyond it', 0.749, 0.001, 1],
    ['halfway between two', 0.5, 0.25, 0.5],
    ['the middle of four', 0.5, 0.5, 0.5],
    ['the first cell', 0.375, 0.25, 0],
  ])('in %s', (_, across, down, value) => {
    expect(heatAt(explanation, across, down)).toBeCloseTo(value, 6);
  });

  it('of one cell is the same everywhere', () => {
    expect(heatAt({ grid: [[0.3]], box: { left: 0, top: 0, width: 1, height: 1 } }, 0.9, 0.1)).toBeCloseTo(0.3);
  });
});

describe('the colours', () => {
  const lightness = ([r, g, b]) => 0.2126 * (r / 255) ** 2.2 + 0.7152 * (g / 255) ** 2.2 + 0.0722 * (b / 255) ** 2.2;

  it('become lighter with every step, so that they rank without hue', () => {
    const steps = Array.from({ length: 21 }, (_, step) => lightness(colourOf(step / 20)));
    expect([...steps].sort((a, b) => a - b)).toEqual(steps);
    expect(steps[0]).toBeLessThan(0.1);
    expect(steps[20]).toBeGreaterThan(0.7);
  });

  it('are colours', () => {
    for (const value of [0, 0.37, 1]) for (const part of colourOf(value)) expect(part).toBeGreaterThanOrEqual(0);
    for (const value of [0, 0.37, 1]) for (const part of colourOf(value)) expect(part).toBeLessThanOrEqual(255);
  });
});

it.each([
  [{ width: 300, height: 300 }, { width: 4, height: 2 }, { left: 0, top: 75, width: 300, height: 150 }],
  [{ width: 400, height: 200 }, { width: 1000, height: 1000 }, { left: 100, top: 0, width: 200, height: 200 }],
])('in a frame of %o a photo of %o lies at %o', (frame, photo, place) => {
  expect(fitted(frame, photo)).toEqual(place);
});

it('dots have the photo’s proportions, and there is at least one', () => {
  expect(dotsFor({ width: 1080, height: 1440 })).toEqual({ width: 72, height: 96 });
  expect(dotsFor({ width: 9000, height: 3 })).toEqual({ width: 96, height: 1 });
});

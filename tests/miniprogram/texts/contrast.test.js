import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../sources.js';

/** WCAG 2.2, success criteria 1.4.3 (text) and 1.4.11 (what is no text). */
const TEXT = 4.5;
const SHAPES = 3;

/** @type {[string, string][]} template and variable; the fields have the colour of the page */
const placeholders = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.wxml'))
  .flatMap((file) => {
    const styles = readFileSync(join(ROOT, file), 'utf8').matchAll(/placeholder-style="color: (?:var\(--([\w-]+)\))?/g);
    return [...styles].map(([, name = '']) => /** @type {[string, string]} */ ([file, name]));
  });

const style = readFileSync(join(ROOT, 'app.wxss'), 'utf8');
const [light, dark] = style.split('@media (prefers-color-scheme: dark)');

/** @param {string} part  of the style sheet @returns {Record<string, string>} variable -> colour */
function colours(part) {
  return Object.fromEntries([...part.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [name, colour]));
}

/** @param {string} colour  #rrggbb @returns {number} relative luminance, 0 to 1 */
function luminance(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** @param {string} one @param {string} other @returns {number} 1 to 21 */
function contrast(one, other) {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

/** @type {[string, string, number][]} */
const PAIRS = [
  ['ink', 'ground', TEXT],
  ['ink', 'surface', TEXT],
  ['ink', 'accent-soft', TEXT],
  ['ink-soft', 'ground', TEXT],
  ['ink-soft', 'surface', TEXT],
  ['ink-soft', 'accent-soft', TEXT],
  ['accent', 'ground', TEXT],
  ['accent', 'surface', TEXT],
  ['accent', 'accent-soft', TEXT],
  ['on-accent', 'accent', TEXT],
  ['danger', 'surface', TEXT],
  ['danger', 'accent-soft', TEXT],
];

describe.each([
  ['light', colours(light)],
  ['dark', { ...colours(light), ...colours(dark) }],
])('in the %s theme', (theme, palette) => {
  it.each(PAIRS)('%s on %s can be read', (front, back, least) => {
    expect(contrast(palette[front], palette[back])).toBeGreaterThanOrEqual(least);
  });

  it('icons can be made out', () => {
    for (const icon of ['album', 'gear', 'history', 'taught', 'flash', 'turn']) {
      const [, stroke] = /stroke="(#[0-9a-f]{6})"/.exec(readFileSync(join(ROOT, `icons/${icon}.svg`), 'utf8')) ?? [];
      expect(contrast(stroke, palette.ground), icon).toBeGreaterThanOrEqual(SHAPES);
    }
  });

  it('a switch that is on can be made out', () => {
    const template = readFileSync(join(ROOT, 'pages/settings/contribution/contribution.wxml'), 'utf8');
    const [, colour] = /<switch [^>]*color="(#[0-9a-f]{6})"/.exec(template) ?? [];
    expect(contrast(colour, palette.surface)).toBeGreaterThanOrEqual(SHAPES);
  });

  it('the words in an empty field can be read', () => {
    expect(placeholders.length).toBeGreaterThan(0);
    for (const [file, colour] of placeholders) expect(contrast(palette[colour], palette.ground), file).toBeGreaterThanOrEqual(TEXT);
  });

  it('the navigation bar has the colour of the page', () => {
    const bar = JSON.parse(readFileSync(join(ROOT, 'theme.json'), 'utf8'));
    expect(bar[theme].ground).toBe(palette.ground);
  });
});

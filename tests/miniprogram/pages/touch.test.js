import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openingTags } from '../../simulator/compiler/wxml-tags.js';
import { ROOT } from '../sources.js';

/** Tapping beside a sheet is a shortcut; the sheet has buttons for the same. */
const SHORTCUTS = ['shade', 'panel'];

const templates = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.wxml'));

const tappable = templates.flatMap((file) =>
  openingTags(readFileSync(join(ROOT, file), 'utf8'))
    .map(({ name, attributes, line }) => ({
      place: `${file}:${line}`,
      name,
      attributes: Object.fromEntries(attributes.map((attribute) => [attribute.name, attribute.value ?? ''])),
    }))
    .filter(({ attributes }) => 'bindtap' in attributes || 'catchtap' in attributes),
);

describe('everything that can be tapped', () => {
  it('was found', () => {
    expect(tappable.length).toBeGreaterThan(10);
  });

  it.each(tappable.map((tag) => [tag.place, tag]))('%s is known to a screen reader as something to tap', (_, { name, attributes }) => {
    if (name === 'button' || SHORTCUTS.includes(attributes.class)) return;
    // What is no button while it does nothing says so in its template.
    expect(attributes['aria-role']).toMatch(/^(button|link|radio|\{\{active \? 'button' : ''\}\}|\{\{selecting \? 'checkbox' : 'button'\}\})$/);
  });
});

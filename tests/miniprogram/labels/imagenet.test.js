import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ROOT } from '../sources.js';

const HEAD = `// @ts-check
/* eslint max-lines: off */

/**
 * Names of the ImageNet classes and of their kinds, Chinese and English, by id: for results that somebody shared.
 * Generated from shared/labels/; \`node_modules/.bin/vitest run tests/miniprogram/labels -u\` writes it anew.
 */

`;

const GROUPS_HEAD = `// @ts-check

/**
 * Groups of the ImageNet classes, as the atlas lists them: each class is in one of them.
 * Generated from shared/labels/; \`node_modules/.bin/vitest run tests/miniprogram/labels -u\` writes it anew.
 */

`;

/** Kinds that make a group; a class is in the first group that has a kind of its. */
const GROUPS = {
  dogs: ['dog'],
  mammals: ['mammal'],
  birds: ['bird'],
  reptiles: ['reptile', 'amphibian'],
  fish: ['fish'],
  insects: ['insect'],
  animals: ['animal'],
  food: ['food', 'fruit', 'vegetable'],
  plants: ['plant', 'mushroom'],
  vehicles: ['vehicle'],
  buildings: ['structure'],
  clothes: ['clothing'],
  music: ['instrument'],
  furniture: ['furniture'],
  sports: ['sports'],
  machines: ['electronics', 'appliance', 'machine'],
  scenes: ['landscape', 'person'],
  things: ['thing'],
};

/** @param {string} name  of a file in shared/labels/ @returns {{id: string, name: {zh: string, en: string}, classes: string[]}[]} */
function labels(name) {
  return JSON.parse(readFileSync(new URL(`../../../shared/labels/${name}.json`, import.meta.url), 'utf8'));
}

/** @param {string} text @returns {string} as a literal */
const quoted = (text) => (text.includes("'") ? JSON.stringify(text) : `'${text}'`);

/** @param {string} constant @param {string} file @returns {string} its definition */
function table(constant, file) {
  const rows = labels(file).map(({ id, name }) => `  ${/^\w+$/.test(id) ? id : quoted(id)}: [${quoted(name.zh)}, ${quoted(name.en)}],\n`);
  return `/** @type {Record<string, [string, string]>} */\nconst ${constant} = {\n${rows.join('')}};\n\n`;
}

it('the package has the names of shared/labels', async () => {
  const module = HEAD + table('CLASSES', 'imagenet') + table('KINDS', 'imagenet_kinds') + 'module.exports = { CLASSES, KINDS };\n';
  await expect(module).toMatchFileSnapshot(`${ROOT}labels/imagenet.js`);
});

it('the package has the groups of the kinds in shared/labels', async () => {
  const names = Object.keys(GROUPS);
  const kinds = new Map(labels('imagenet_kinds').map(({ id, classes }) => [id, new Set(classes)]));
  const letters = labels('imagenet').map(({ id }) => {
    const at = names.findIndex((name) => GROUPS[name].some((kind) => kinds.get(kind).has(id)));
    expect(at, id).toBeGreaterThanOrEqual(0);
    return String.fromCharCode('a'.charCodeAt(0) + at);
  });
  const lines = letters.join('').match(/.{1,100}/g).map((line) => `  '${line}',\n`);
  const module =
    GROUPS_HEAD +
    `const GROUPS = /** @type {const} */ ([\n${names.map((name) => `  '${name}',\n`).join('')}]);\n\n` +
    '/** The group of each class, in the order of CLASSES in imagenet.js: a letter, `a` for the first. */\n' +
    `const GROUP_LETTERS = [\n${lines.join('')}].join('');\n\nmodule.exports = { GROUPS, GROUP_LETTERS };\n`;
  await expect(module).toMatchFileSnapshot(`${ROOT}labels/groups.js`);
});

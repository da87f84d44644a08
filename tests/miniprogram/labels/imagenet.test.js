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

/** @param {string} name  of a file in shared/labels/ @returns {{id: string, name: {zh: string, en: string}}[]} */
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

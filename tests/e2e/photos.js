import { readdirSync, readFileSync } from 'node:fs';
import { shared } from './recogniser.js';

const LABELS = JSON.parse(readFileSync(new URL('../../shared/labels/imagenet.json', import.meta.url), 'utf8'));

/** Of ImageNet, undefined where ../shared is absent. */
export const photos = shared('photos/imagenet');

/** @param {string} word @returns {string} the file of the one photo that has it in its name */
export function photoOf(word) {
  const file = readdirSync(/** @type {string} */ (photos)).find((name) => name.includes(word));
  return `${photos}/${file}`;
}

/** @param {string} label @returns {{id: string, label: string, name: {zh: string, en: string}}} */
export function classOf(label) {
  return LABELS.find((/** @type {{label: string}} */ one) => one.label === label);
}

/** @param {string} label @returns {{zh: string, en: string}} */
export function nameOf(label) {
  return classOf(label).name;
}

/** @param {Buffer} jpeg @returns {[number, number]} width and height as the file's frame header has them */
export function sizeOf(jpeg) {
  for (let at = 2; at < jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2)) {
    if ([0xc0, 0xc1, 0xc2].includes(jpeg[at + 1])) return [jpeg.readUInt16BE(at + 7), jpeg.readUInt16BE(at + 5)];
  }
  throw new Error('no frame header');
}

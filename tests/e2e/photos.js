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

// What the server of the contact sheets says about the flower that we drew.
import { readFileSync } from 'node:fs';
import { example } from '../../miniprogram/sources.js';

const LABELS = JSON.parse(readFileSync(new URL('../../../shared/labels/imagenet.json', import.meta.url), 'utf8'));
const SIDE = 7;
/** Where the flower's disc is in the picture, as fractions. */
const DISC = { x: 0.5, y: 0.44 };

/** @param {string} label @param {number} probability @returns {object} */
function prediction(label, probability) {
  const { id, name } = LABELS.find((/** @type {{label: string}} */ one) => one.label === label);
  return { label, probability, id, name };
}

export const SURE = [
  prediction('daisy', 0.912),
  prediction('bee', 0.041),
  prediction('pot', 0.012),
  prediction('hen-of-the-woods', 0.004),
  prediction('lynx', 0.0004),
];

export const UNSURE = [0.21, 0.18, 0.12, 0.08, 0.05].map((probability, index) => ({ ...SURE[(index + 1) % 5], probability }));

export const KIND = { id: 'animal', name: { zh: '动物', en: 'an animal' }, probability: 0.94 };

export const LONG = SURE.map((one, index) => ({
  ...one,
  ...(index === 0 && {
    name: { zh: '名字一直写到这一行尽头还没有写完的一种菊科雏菊属植物', en: 'A daisy with a name that does not end where the line ends' },
  }),
  ...(index === 1 && { name: { zh: '蜜蜂', en: 'Pneumonoultramicroscopicsilicovolcanoconiosis' } }),
}));

export const PREDICTIONS = { ...JSON.parse(example('predictions')), predictions: SURE };

/** Warm around the disc. */
export const EXPLANATION = {
  ...JSON.parse(example('explanation')),
  label: SURE[0],
  grid: Array.from({ length: SIDE }, (_, row) =>
    Array.from({ length: SIDE }, (_, column) => {
      const distance = Math.hypot((column + 0.5) / SIDE - DISC.x, (row + 0.5) / SIDE - DISC.y);
      return Math.exp(-((distance / 0.26) ** 2));
    }),
  ),
  box: { left: 0, top: 0, width: 1, height: 1 },
};

const PROBLEM = JSON.parse(example('problem'));

/** @param {string} code @param {number} status @param {number} [wait] seconds @returns {import('../../miniprogram/server.js').Reply} */
export function refusal(code, status, wait) {
  return { status, body: { ...PROBLEM, code, status, ...(wait && { retry_after: wait }) } };
}

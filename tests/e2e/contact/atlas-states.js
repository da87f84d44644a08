// Every state of class cards and of the atlas.
import { readFileSync } from 'node:fs';
import { example, load } from '../../miniprogram/sources.js';
import { KIND, SURE, UNSURE } from './answers.js';

/** @typedef {import('./states.js').State} State */

const QUERY = { privacy: 'agreed', granted: 'scope.camera,scope.writePhotosAlbum' };
const { CLASSES } = load('labels/imagenet.js');
const LABELS = JSON.parse(readFileSync(new URL('../../../shared/labels/imagenet.json', import.meta.url), 'utf8'));

const ROUTE = `GET /classes/${SURE[0].id}`;
const ABOUT = JSON.parse(readFileSync(new URL('../../../shared/labels/imagenet_cards.json', import.meta.url), 'utf8'));
const DAISY = ABOUT.find(({ id }) => id === SURE[0].id);
const CARD = { [ROUTE]: { body: { ...JSON.parse(example('class-card')), ...DAISY, kind: { id: 'flower', name: { zh: '花', en: 'a flower' } } } } };
const RESULT = { sheet: 'atlas', path: 'pages/result/result?id=r0', query: QUERY, past: [{}], answers: CARD };
const ATLAS = { sheet: 'atlas', path: 'pages/atlas/atlas', query: QUERY, answers: CARD };

/** Results of twelve classes, the long names among them. */
const PAST = [SURE[0], ...LABELS.filter((_, index) => index % 83 === 0)].map(({ id, label, name }, index) => ({
  predictions: [{ id, label, name, probability: 0.9 }],
  takenAt: Date.now() - index * 86_400_000,
}));

/** Of many classes without pictures; the latest three are new. */
const MANY = {
  atlas: {
    met: Object.keys(CLASSES)
      .filter((_, index) => index % 9 === 0)
      .map((id, index) => ({ id, at: Date.UTC(2026, 4, 1) + index * 3_600_000, result: '', picture: '' })),
    seenAt: Date.UTC(2026, 4, 1) + 108 * 3_600_000,
  },
};

/** @param {import('./states.js').Stage} stage @returns {Promise<void>} */
async function openCard({ page, t }) {
  await page.getByRole('button', { name: new RegExp(`^${t.card.info.replace('{name}', '.+')}$`) }).first().tap();
  await page.locator('[class*="--panel"]').waitFor();
}

/** @param {import('./states.js').Stage} stage @returns {Promise<void>} */
async function openFirst({ page }) {
  await page.getByRole('listitem').first().getByRole('button').tap();
  await page.locator('[class*="--panel"]').waitFor();
}

/** @param {import('./states.js').Stage} stage @returns {Promise<void>} */
const byGroup = ({ page, t }) => page.getByText(t.atlas.byGroup, { exact: true }).tap();

/** @type {State[]} */
export const ATLAS_STATES = [
  { ...RESULT, name: 'result' },
  { ...RESULT, name: 'card', go: openCard },
  {
    ...RESULT,
    name: 'card, offline',
    async go(stage) {
      await stage.page.evaluate(() => globalThis.simulator.network('none'));
      await openCard(stage);
      await stage.page.getByText(stage.t.card.retry, { exact: true }).waitFor();
    },
  },
  { ...RESULT, name: 'not sure', past: [{ confident: false, kind: KIND, predictions: UNSURE }] },
  { ...ATLAS, name: 'empty' },
  { ...ATLAS, name: 'some', past: PAST },
  { ...ATLAS, name: 'many', storage: MANY },
  { ...ATLAS, name: 'groups', past: PAST, go: byGroup },
  { ...ATLAS, name: 'groups, many', storage: MANY, go: byGroup },
  { ...ATLAS, name: 'card here', past: PAST, go: openFirst },
  { ...ATLAS, name: 'history', path: 'pages/history/history', past: PAST },
];

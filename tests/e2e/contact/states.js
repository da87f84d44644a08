// Every state of every page that matters, and how a person gets there.
import { cameraShows } from '../fingers.js';
import { EXPLANATION, KIND, LONG, PREDICTIONS, refusal, SURE, UNSURE } from './answers.js';
import { ATLAS_STATES } from './atlas-states.js';
import { OFFLINE_STATES } from './offline-states.js';
import { QUIZ_STATES } from './quiz-states.js';
import { TEACHING_STATES } from './teaching-states.js';

/**
 * @typedef {object} Stage
 * @property {import('playwright-core').Page} page
 * @property {import('../../miniprogram/server.js').TestServer} server
 * @property {Record<string, any>} t  texts of the language
 * @property {(name: string) => Promise<void>} tap  a button, by what it says
 *
 * @typedef {object} State
 * @property {string} sheet  which contact sheet it is on
 * @property {string} name
 * @property {string} [path]  of the page that opens; the photo page otherwise
 * @property {Record<string, string>} [query]
 * @property {object[]} [past]  results of earlier
 * @property {string} [ready]  golden body of GET /readyz
 * @property {Record<string, any>} [answers]  of the server, by route: a reply, or several one after the other
 * @property {Record<string, unknown>} [storage]  of an earlier visit
 * @property {(stage: Stage) => Promise<unknown>} [go]
 */

const TRUSTED = { privacy: 'agreed', granted: 'scope.camera,scope.writePhotosAlbum' };
const RESULT = { path: 'pages/result/result?id=r0', query: TRUSTED };
const HISTORY = { path: 'pages/history/history', query: TRUSTED };
const SETTINGS = { path: 'pages/settings/settings', query: { privacy: 'agreed', granted: 'scope.camera' } };
const DAY_MS = 86_400_000;

const { id, label, name } = SURE[1];
const BEE = { id, label, name };
const SHARED = `pages/result/result?r=${SURE.slice(0, 4).map((one) => `${one.id}-${Math.round(one.probability * 1000)}`).join('.')}&s=1`;
const PAST = [
  { favourite: true },
  { corrected: BEE },
  { confident: false, predictions: UNSURE },
  { confident: false, kind: KIND, predictions: UNSURE, takenAt: Date.now() - DAY_MS },
  { predictions: LONG, takenAt: Date.now() - DAY_MS },
  { predictions: SURE.slice(3), takenAt: Date.UTC(2026, 1, 3, 9) },
  { predictions: SURE.slice(2), takenAt: Date.UTC(2025, 11, 3, 9) },
];

/** @param {Stage} stage @param {import('../../miniprogram/server.js').Reply} reply */
async function shootInto({ page, server, t, tap }, reply) {
  server.on('POST /predict', reply);
  await cameraShows(page);
  await tap(t.capture.shutter);
}

/** @param {Stage} stage @param {import('../../miniprogram/server.js').Reply} reply  to every frame @param {string | RegExp} line  that stands over the picture then */
async function watchInto({ page, server, t, tap }, reply, line) {
  server.on('POST /predict', reply);
  await cameraShows(page);
  await tap(t.live.start);
  await page.locator('[aria-live="polite"]').getByText(line).waitFor();
}

/** From the album. @param {Stage} stage @param {import('../../miniprogram/server.js').Reply} reply  to the second */
async function chooseThree({ page, server, t, tap }, reply) {
  server.on('POST /predict', { body: PREDICTIONS }, reply);
  await page.evaluate(async () => {
    const picture = await new Promise((resolve) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
      const context = canvas.getContext('2d');
      context.fillStyle = '#3b6ea5';
      context.fillRect(0, 0, 640, 480);
      canvas.toBlob(resolve, 'image/jpeg');
    });
    globalThis.simulator.album([picture, picture, picture].map((one) => new File([one], 'a.jpg', { type: 'image/jpeg' })));
  });
  await tap(t.capture.albumSeveralLabel);
  await page.getByText('2/3', { exact: true }).waitFor();
}

/** Of the settings. @param {Stage} stage */
async function toLowerEnd({ page, t }) {
  await page.getByRole('button', { name: t.server.reset, exact: true }).evaluate((row) => row.scrollIntoView({ block: 'end' }));
  await page.mouse.move(100, 300);
  await page.mouse.wheel(0, 2000);
}

/** @type {State[]} */
export const STATES = [
  { sheet: 'photo', name: 'first visit' },
  { sheet: 'photo', name: 'privacy sheet', go: ({ tap, t }) => tap(t.capture.open) },
  { sheet: 'photo', name: 'camera', query: TRUSTED, past: PAST, go: ({ page }) => cameraShows(page) },
  { sheet: 'photo', name: 'live, no name yet', query: TRUSTED, past: PAST, go: (stage) => watchInto(stage, { instead: 'hang' }, stage.t.live.looking) },
  { sheet: 'photo', name: 'live', query: TRUSTED, past: PAST, go: (stage) => watchInto(stage, { body: PREDICTIONS }, /^(雏菊|daisy)$/) },
  {
    sheet: 'photo',
    name: 'live, long name',
    query: TRUSTED,
    past: PAST,
    go: (stage) => watchInto(stage, { body: { ...PREDICTIONS, predictions: LONG } }, /^(名字一直|A daisy with)/),
  },
  { sheet: 'photo', name: 'live, busy', query: TRUSTED, past: PAST, go: (stage) => watchInto(stage, refusal('overloaded', 503, 15), /\d+/) },
  {
    sheet: 'photo',
    name: 'live, failed',
    query: TRUSTED,
    past: PAST,
    go: (stage) => watchInto(stage, refusal('internal', 500), stage.t.failures.internal.title),
  },
  {
    sheet: 'photo',
    name: 'refused',
    query: { privacy: 'agreed' },
    async go({ page, tap, t }) {
      await page.evaluate(() => globalThis.simulator.refuse('scope.camera'));
      await tap(t.capture.open);
    },
  },
  {
    sheet: 'photo',
    name: 'no camera',
    query: { privacy: 'agreed' },
    async go({ page, tap, t }) {
      await page.evaluate(() => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('none', 'NotFoundError'));
        globalThis.simulator.grant('scope.camera');
      });
      await tap(t.capture.open);
      await page.getByText(t.capture.missingTitle).waitFor();
    },
  },
  { sheet: 'photo', name: 'camera undeclared', query: { ...TRUSTED, undeclared: 'camera' } },
  {
    sheet: 'photo',
    name: 'waiting',
    query: TRUSTED,
    async go(stage) {
      await shootInto(stage, { instead: 'hang' });
      await stage.page.getByText(stage.t.photo.reading, { exact: true }).waitFor();
    },
  },
  {
    sheet: 'photo',
    name: 'server busy',
    query: TRUSTED,
    async go(stage) {
      await shootInto(stage, refusal('overloaded', 503, 15));
      await stage.page.getByText(stage.t.photo.queueing).waitFor();
    },
  },
  {
    sheet: 'photo',
    name: 'failure',
    query: TRUSTED,
    async go(stage) {
      await shootInto(stage, { status: 404, body: '{}' });
      await stage.page.getByText(stage.t.failures['not-found'].title).waitFor();
    },
  },
  { sheet: 'photo', name: 'second of three', query: TRUSTED, go: (stage) => chooseThree(stage, { instead: 'hang' }) },
  {
    sheet: 'photo',
    name: 'second failed',
    query: TRUSTED,
    async go(stage) {
      await chooseThree(stage, refusal('image-format-unsupported', 415));
      await stage.page.getByText(stage.t.failures['image-format-unsupported'].title).waitFor();
    },
  },
  { sheet: 'result', name: 'sure', ...RESULT, past: [{}] },
  { sheet: 'result', name: 'not sure', ...RESULT, past: [{ confident: false, predictions: UNSURE }] },
  { sheet: 'result', name: 'kind', ...RESULT, past: [{ confident: false, kind: KIND, predictions: UNSURE }] },
  {
    sheet: 'result',
    name: 'heat map',
    ...RESULT,
    past: [{}],
    async go({ page, server, t }) {
      server.on('POST /explain', { body: EXPLANATION });
      await page.getByRole('listitem').first().getByRole('button').first().tap();
      await page.getByText(t.result.strength, { exact: true }).waitFor();
    },
  },
  {
    sheet: 'result',
    name: 'heat map missed',
    ...RESULT,
    past: [{}],
    async go({ page, server, t }) {
      server.on('POST /explain', refusal('model-unavailable', 503));
      await page.getByRole('listitem').first().getByRole('button').first().tap();
      await page.getByText(t.failures['model-unavailable'].sentence).waitFor();
    },
  },
  { sheet: 'result', name: 'unfolded', ...RESULT, past: [{}], go: ({ page, t }) => page.getByText(t.result.lessLikely.replace('{count}', '2')).tap() },
  { sheet: 'result', name: 'more', ...RESULT, past: [{}], go: ({ tap, t }) => tap(t.result.more) },
  { sheet: 'result', name: 'corrected', ...RESULT, past: [{ corrected: BEE }] },
  { sheet: 'result', name: 'long names', ...RESULT, past: [{ predictions: LONG }] },
  { sheet: 'result', name: 'from a friend', path: `${SHARED}&c=${id}`, query: { ...TRUSTED, scene: '1007' } },
  { sheet: 'result', name: 'in Moments', path: SHARED, query: { scene: '1154' } },
  { sheet: 'result', name: 'picker', ...RESULT, past: [{}], go: ({ tap, t }) => tap(t.result.notThis) },
  { sheet: 'history', name: 'empty', ...HISTORY },
  { sheet: 'history', name: 'some', ...HISTORY, past: PAST },
  {
    sheet: 'history',
    name: 'selecting',
    ...HISTORY,
    past: PAST,
    async go({ page, tap, t }) {
      await tap(t.history.select);
      await page.getByRole('checkbox').first().tap();
    },
  },
  { sheet: 'history', name: 'search', ...HISTORY, past: [...PAST, ...PAST], go: ({ page }) => page.getByRole('textbox').fill('bee') },
  { sheet: 'history', name: 'nothing found', ...HISTORY, past: [...PAST, ...PAST], go: ({ page }) => page.getByRole('textbox').fill('zebra') },
  { sheet: 'history', name: 'favourites', ...HISTORY, past: PAST, go: ({ tap, t }) => tap(t.history.favourites) },
  { sheet: 'history', name: 'no favourites', ...HISTORY, past: [{}], go: ({ tap, t }) => tap(t.history.favourites) },
  {
    sheet: 'settings',
    name: 'upper end',
    ...SETTINGS,
    past: [{}],
    async go({ page, t, tap }) {
      await tap(t.server.test);
      await page.getByText(`${t.server.ready.replace('{model}', 'ResNet50')}`).waitFor();
      await page.getByRole('switch').tap();
      await page.getByText(t.settings.language, { exact: true }).evaluate((title) => title.scrollIntoView({ block: 'end' }));
    },
  },
  {
    sheet: 'settings',
    name: 'middle',
    ...SETTINGS,
    past: PAST,
    go: ({ page, t }) => page.getByText(t.settings.kept.title, { exact: true }).evaluate((title) => title.scrollIntoView()),
  },
  { sheet: 'settings', name: 'photos and data', ...SETTINGS, go: ({ tap, t }) => tap(t.settings.privacy.statement) },
  {
    sheet: 'settings',
    name: 'lower end',
    ...SETTINGS,
    past: PAST,
    async go(stage) {
      await stage.page.getByText('ResNet50', { exact: true }).waitFor();
      await toLowerEnd(stage);
    },
  },
  {
    sheet: 'settings',
    name: 'standing in',
    ...SETTINGS,
    ready: 'ready-standing-in',
    async go(stage) {
      await stage.page.getByText(/ResNet50.*34%/).waitFor();
      await toLowerEnd(stage);
    },
  },
  ...TEACHING_STATES,
  ...ATLAS_STATES,
  ...QUIZ_STATES,
  ...OFFLINE_STATES,
];

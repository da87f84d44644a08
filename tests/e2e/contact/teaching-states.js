// Every state of teaching: of its two pages, and of those that lead there.
import { cameraShows } from '../fingers.js';
import { PICTURE } from '../../miniprogram/picture.js';
import { example } from '../../miniprogram/sources.js';
import { taughtThing, taughtThings } from '../../miniprogram/replies.js';
import { problem } from '../../miniprogram/server.js';
import { SURE } from './answers.js';

/**
 * @typedef {import('./states.js').State} State
 * @typedef {import('./states.js').Stage} Stage
 */

const QUERY = { privacy: 'agreed', granted: 'scope.camera,scope.writePhotosAlbum' };
const SERVER = 'http://127.0.0.1:5000';
const READY = { ...JSON.parse(example('ready')), teaching: true };
const ABLE = { fit: { server: SERVER, fit: 'squash', teaching: true } };
const AGREED = { ...ABLE, 'may-teach': SERVER };
const TEACH = { sheet: 'teach', path: 'pages/teach/teach', query: QUERY, storage: AGREED };
const LIST = { sheet: 'taught', path: 'pages/taught/taught', query: QUERY, storage: AGREED };

const LONG_NAME = '货架上第四层靠左边那个名字一直写到这一行尽头还没有写完的不锈钢阀门，给三号泵备用的，请不要拿走';
const ENGLISH = 'Pneumonoultramicroscopicsilicovolcanoconiosis pump valve';
const TEAPOT = taughtThing('外婆的茶壶');
const VALVE = taughtThing('shelf B4 valve');

/** @param {string} name @param {number} number @param {object} [changes] @returns {any} another thing */
const thing = (name, number, changes) => taughtThing(name, { id: `taught:${String(number).repeat(16)}`, ...changes });

const THINGS = [
  TEAPOT,
  VALVE,
  thing(LONG_NAME, 1, { count: 2, photos: [], enough: false }),
  thing(ENGLISH, 2, { photos: [], count: 12 }),
  thing('邻居的猫', 3, { ready: false, photos: [] }),
];
const NOTHING = { 'GET /taught': { body: taughtThings([]) } };
const SOME = { 'GET /taught': { body: taughtThings(THINGS) } };
const OFF = { status: 502, body: '' };

/** @param {number} count @returns {import('../../miniprogram/server.js').Reply} */
const learned = (count) => ({ body: { ...JSON.parse(example('taught')), thing: { ...TEAPOT, count, enough: count >= 3 } } });

/** Answers of a server that learns one photo after the other. */
const LEARNS = [1, 2, 3, 4, 5].map(learned);

/** @param {Stage} stage @param {string} [name] @returns {Promise<void>} */
async function named({ page, tap, t }, name = '外婆的茶壶') {
  await page.getByRole('textbox').fill(name);
  await tap(t.teaching.teach.next);
  await cameraShows(page);
}

/** @param {Stage} stage @param {number} count @returns {Promise<void>} */
async function shoot({ page, tap, t }, count) {
  for (let shot = 1; shot <= count; shot += 1) {
    await tap(t.capture.shutter);
    await page.waitForFunction((least) => document.querySelectorAll('wx-image.photo-image').length >= least, shot);
    await page.waitForTimeout(300);
  }
}

/** @param {(stage: Stage) => Promise<unknown>} next  after three photos were sent @param {number} [count] @param {string} [name] @returns {(stage: Stage) => Promise<void>} */
const after = (next, count = 3, name) => async (stage) => {
  await named(stage, name);
  await shoot(stage, count);
  await next(stage);
};

/** One of three does not come. */
const PHOTOS = Object.fromEntries([1, 2].map((number) => [`GET /taught/${TEAPOT.id}/photos/${number}`, { type: 'image/jpeg', body: PICTURE }]));

/** @param {import('playwright-core').Page} page @param {any} t @returns {Promise<void>} */
async function openPhotos(page, t) {
  await page.getByRole('button', { name: t.photosTitle.replace('{name}', TEAPOT.name) }).first().tap();
  await page.getByText(t.photoMissed).waitFor();
}

const REMOVED = { body: example('taught-removed') };

/** @param {string} name @returns {any[]} predictions with a taught thing before the classes */
const recognised = (name) => [{ ...OWN, label: name, name: { zh: name, en: name } }, ...SURE.slice(0, 4)];
const [OWN] = JSON.parse(example('predictions-taught')).predictions;
const RESULT = { sheet: 'taught', path: 'pages/result/result?id=r0', query: QUERY, storage: AGREED, past: [{ predictions: recognised(OWN.label) }] };

/** @type {State[]} */
const STATES = [
  { ...TEACH, name: 'consent', storage: ABLE, answers: SOME },
  { ...TEACH, name: 'name', answers: NOTHING },
  { ...TEACH, name: 'names known', answers: SOME, go: ({ page }) => page.getByText('外婆的茶壶').waitFor() },
  { ...TEACH, name: 'invalid', answers: NOTHING, go: ({ tap, t }) => tap(t.teaching.teach.next) },
  { ...TEACH, name: 'from a result', path: 'pages/teach/teach?result=r0', past: [{ corrected: { id: '', label: '豆豆', name: { zh: '豆豆', en: '豆豆' } } }], answers: NOTHING },
  { ...TEACH, name: 'no photo yet', answers: NOTHING, go: (stage) => named(stage) },
  { ...TEACH, name: 'two photos', answers: { ...NOTHING, 'POST /taught': LEARNS }, go: after(async () => {}, 2) },
  { ...TEACH, name: 'sure enough', answers: { ...NOTHING, 'POST /taught': LEARNS }, go: after(async () => {}) },
  { ...TEACH, name: 'long name', answers: { ...NOTHING, 'POST /taught': LEARNS }, go: after(async () => {}, 3, LONG_NAME) },
  { ...TEACH, name: 'on its way', answers: { ...NOTHING, 'POST /taught': [learned(1), { instead: 'hang' }] }, go: after(async () => {}, 2) },
  { ...TEACH, name: 'waiting', answers: { ...NOTHING, 'POST /taught': [learned(1), OFF] }, go: after(async () => {}) },
  {
    ...TEACH,
    name: 'like another',
    answers: { ...NOTHING, 'POST /taught': [learned(1), problem('problem-looks-like-other')] },
    go: after(({ page, t }) => page.getByText(t.teaching.teach.skip).waitFor(), 2, 'shelf B4 valve'),
  },
  {
    ...TEACH,
    name: 'taught before',
    answers: { ...NOTHING, 'POST /taught': [learned(1), problem('problem', { code: 'taught-before', status: 409 })] },
    go: after(({ page, t }) => page.getByText(t.failures['taught-before'].title).waitFor(), 2),
  },
  { ...TEACH, name: 'done', answers: { ...NOTHING, 'POST /taught': LEARNS }, go: after(({ tap, t }) => tap(t.teaching.teach.finish)) },
  { ...TEACH, name: 'done, few', answers: { ...NOTHING, 'POST /taught': LEARNS }, go: after(({ tap, t }) => tap(t.teaching.teach.finish), 1) },
  { ...TEACH, name: 'done, waiting', answers: { ...NOTHING, 'POST /taught': OFF }, go: after(({ tap, t }) => tap(t.teaching.teach.finish), 2, LONG_NAME) },
  { ...TEACH, name: 'done, none', answers: NOTHING, go: after(({ tap, t }) => tap(t.teaching.teach.finish), 0) },

  { ...LIST, name: 'some', answers: SOME },
  { ...LIST, name: 'empty', answers: NOTHING },
  {
    ...LIST,
    name: 'offline',
    answers: SOME,
    async go({ page, t }) {
      await page.getByText('外婆的茶壶').waitFor();
      await page.evaluate(() => {
        globalThis.simulator.network('none');
        globalThis.simulator.call('reLaunch', { url: '/pages/taught/taught' });
      });
      await page.getByText(t.failures.offline.title).waitFor();
    },
  },
  { ...LIST, name: 'failed', answers: { 'GET /taught': problem('problem', { code: 'teaching-off', status: 403 }) } },
  {
    ...LIST,
    name: 'waiting',
    answers: { ...SOME, 'POST /taught': OFF },
    async go(stage) {
      await stage.tap(stage.t.teaching.taught.teachNew);
      await named(stage, '奶奶的老花镜');
      await shoot(stage, 1);
      await stage.page.evaluate(() => globalThis.simulator.call('navigateBack'));
      await stage.page.getByText(stage.t.teaching.taught.retry, { exact: true }).waitFor();
    },
  },
  { ...LIST, name: 'renaming', answers: SOME, go: ({ page, t }) => page.getByText(t.teaching.taught.rename, { exact: true }).first().tap() },
  {
    ...LIST,
    name: 'merging',
    answers: { ...SOME, [`PUT /taught/${TEAPOT.id}`]: problem('problem-looks-like-other', { code: 'taught-name-exists' }) },
    async go({ page, tap, t }) {
      await page.getByText(t.teaching.taught.rename, { exact: true }).first().tap();
      await page.getByRole('textbox').fill(VALVE.name);
      await tap(t.teaching.taught.save);
      await page.getByText(t.teaching.taught.mergeTitle).waitFor();
    },
  },
  {
    ...LIST,
    name: 'deleted',
    answers: { ...SOME, [`DELETE /taught/${TEAPOT.id}`]: REMOVED },
    go: ({ page, t }) => page.getByText(t.teaching.taught.remove, { exact: true }).first().tap(),
  },
  {
    ...LIST,
    name: 'photos of a thing',
    answers: { ...SOME, ...PHOTOS, [`DELETE /taught/${TEAPOT.id}/photos/2`]: REMOVED },
    go: ({ page, t }) => openPhotos(page, t.teaching.taught),
  },
  {
    ...LIST,
    name: 'photo deleted',
    answers: { ...SOME, ...PHOTOS, [`DELETE /taught/${TEAPOT.id}/photos/2`]: REMOVED },
    async go({ page, t }) {
      await openPhotos(page, t.teaching.taught);
      await page.getByRole('button', { name: t.teaching.taught.removePhoto.replace('{number}', '2') }).tap();
      await page.getByText(t.teaching.taught.removedPhoto).waitFor();
    },
  },
  {
    ...LIST,
    name: 'deleted, long name',
    answers: { ...SOME, 'DELETE /taught/taught:1111111111111111': REMOVED },
    go: ({ page, t }) => page.getByText(t.teaching.taught.remove, { exact: true }).nth(2).tap(),
  },

  { ...RESULT, name: 'result' },
  { ...RESULT, name: 'result, long', past: [{ predictions: recognised(LONG_NAME) }] },
  { ...RESULT, name: 'result, not this', go: ({ tap, t }) => tap(t.result.notThis) },
  { ...RESULT, name: 'history', path: 'pages/history/history', past: [...RESULT.past, {}] },
  { sheet: 'taught', name: 'camera', query: QUERY, storage: AGREED, past: [{}], go: ({ page }) => cameraShows(page) },
  {
    sheet: 'taught',
    name: 'settings',
    path: 'pages/settings/settings',
    query: QUERY,
    storage: AGREED,
    past: [{}],
    go: ({ page, t }) => page.getByText(t.teaching.settings.withdraw).evaluate((row) => row.scrollIntoView({ block: 'center' })),
  },
];

/** @type {State[]} */
export const TEACHING_STATES = STATES.map((state) => ({ ...state, answers: { 'GET /readyz': { body: READY }, ...state.answers } }));

// Every state of offline recognition: the switch, the download, and a result.
import { modelOf, parts } from '../../miniprogram/offline/model.js';
import { load } from '../../miniprogram/sources.js';
import { refusal, UNSURE } from './answers.js';

/** @typedef {import('./states.js').State} State */

const SERVER = 'http://127.0.0.1:5000';
const NAME = 'EfficientNetLite0';
const MODEL = modelOf(7, { bytes: 18_609_587, name: NAME });
const NEWER = modelOf(8, { bytes: 18_731_204, name: NAME });
const INSTALLED = { offline: { server: SERVER, installed: MODEL.description, wanted: null } };
const ABLE = { fit: { server: SERVER, fit: 'crop', teaching: true, offline: true } };

const OFFERS = {
  'GET /on-device': { body: MODEL.description },
  'GET /models/Lite.onnx': parts(MODEL.onnx),
  'GET /labels/Lite.json': parts(MODEL.labels),
};
const PAGE = { sheet: 'offline', path: 'offline/settings/settings', query: { privacy: 'agreed' }, answers: OFFERS };
const RESULT = { sheet: 'offline', path: 'pages/result/result?id=r0', query: { privacy: 'agreed' }, storage: ABLE };

/** @param {import('./states.js').Stage} stage @returns {Record<string, any>} of the subpackage, in the language of the page */
function texts({ t }) {
  const [zh, en] = ['zh', 'en'].map((language) => load(`offline/texts/${language}.js`)[language]);
  return t.title === load('texts/zh.js').zh.title ? zh : en;
}

/** @param {import('./states.js').Stage} stage @returns {Promise<void>} */
async function turn(stage) {
  await stage.page.waitForFunction(() => globalThis.simulator.currentPage().data.known);
  await stage.page.getByLabel(texts(stage).toggle, { exact: true }).tap();
}

/** @param {string} reason  for which the download stops @returns {State['go']} */
const stops = (reason) => async (stage) => {
  await turn(stage);
  await stage.page.waitForFunction((kind) => globalThis.simulator.currentPage().data.stop?.title === kind, texts(stage).problems[reason].title);
};

/** @type {State[]} */
export const OFFLINE_STATES = [
  {
    ...{ sheet: 'offline', name: 'in the settings', path: 'pages/settings/settings', query: PAGE.query, storage: ABLE },
    go: ({ page, t }) =>
      page.getByRole('link', { name: new RegExp(`^${t.settings.offline.row}`) }).evaluate((row) => row.scrollIntoView({ block: 'center' })),
  },
  { ...PAGE, name: 'asking', answers: { 'GET /on-device': { instead: 'hang' } } },
  { ...PAGE, name: 'off' },
  {
    ...PAGE,
    name: 'mobile data',
    async go(stage) {
      await stage.page.evaluate(() => globalThis.simulator.network('4g'));
      await turn(stage);
    },
  },
  {
    ...PAGE,
    name: 'downloading',
    answers: { ...OFFERS, 'GET /models/Lite.onnx': [...Array(9).fill(parts(MODEL.onnx)), { instead: 'hang' }] },
    async go(stage) {
      await turn(stage);
      await stage.page.waitForFunction(() => globalThis.simulator.currentPage().data.percent > 36);
    },
  },
  {
    ...PAGE,
    name: 'no network',
    answers: { ...OFFERS, 'GET /models/Lite.onnx': [...Array(9).fill(parts(MODEL.onnx)), { instead: 'hang' }] },
    async go(stage) {
      await turn(stage);
      await stage.page.waitForFunction(() => globalThis.simulator.currentPage().data.percent > 36);
      await stage.page.evaluate(() => globalThis.simulator.network('lost'));
      await stage.page.getByText(stage.t.failures.offline.title, { exact: true }).waitFor();
    },
  },
  {
    ...PAGE,
    name: 'no room',
    async go(stage) {
      await stage.page.evaluate(() => globalThis.simulator.fail('writeFile', 'the maximum size of the file storage limit is exceeded'));
      await stops('no-room')(stage);
    },
  },
  { ...PAGE, name: 'damaged', answers: { ...OFFERS, 'GET /models/Lite.onnx': parts(NEWER.onnx, MODEL.description.onnx.sha256) }, go: stops('damaged') },
  { ...PAGE, name: 'does not run', go: stops('not-runnable') },
  { ...PAGE, name: 'on', storage: INSTALLED },
  { ...PAGE, name: 'newer model', storage: INSTALLED, answers: { 'GET /on-device': { body: NEWER.description } } },
  { ...PAGE, name: 'switching off', storage: INSTALLED, go: turn },
  { ...PAGE, name: 'not offered', answers: { 'GET /on-device': refusal('model-not-exported', 404) } },
  { ...PAGE, name: 'server away', answers: { 'GET /on-device': refusal('overloaded', 503, 100) } },
  { ...PAGE, name: 'older WeChat', query: { privacy: 'agreed', sdkVersion: '2.29.2' } },
  { ...RESULT, name: 'result', past: [{ offline: true }] },
  { ...RESULT, name: 'more', past: [{ offline: true }], go: ({ tap, t }) => tap(t.result.more) },
  { ...RESULT, name: 'unsure result', past: [{ offline: true, confident: false, predictions: UNSURE }] },
];

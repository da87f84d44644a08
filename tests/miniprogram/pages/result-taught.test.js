import { describe, expect, it } from 'vitest';
import { example } from '../sources.js';
import { problem } from '../server.js';
import { aroundEachTest, open, phone, server } from './around.js';
import { past, RESULT } from './past.js';
import { AGREED, TEACHING } from './teaching-phone.js';

aroundEachTest({ ...TEACHING, phone: { ...TEACHING.phone, ...RESULT } });

const { predictions, confident, model } = JSON.parse(example('predictions-taught'));
const TAUGHT = { predictions, confident, model };
const OWN = '外婆的茶壶';

/** @param {object} [entry] @param {object} [options] @returns {Promise<void>} */
async function openResult(entry = TAUGHT, { storage = AGREED, ...options } = {}) {
  const before = past([entry]);
  await open({ ...before, storage: { ...before.storage, ...storage }, ...options });
}

describe('a taught name', () => {
  it('is marked, and the others are not', async () => {
    await openResult();
    expect(phone.text('.row-first')).toMatch(/^外婆的茶壶 ?我教的 ?96%$/);
    expect(phone.findAll('.mark')).toHaveLength(1);
  });

  it('is kept and marked in the history, also after a restart', async () => {
    await openResult(TAUGHT, { page: 'pages/history/history' });
    await phone.settle();
    expect(phone.text('.words')).toContain(OWN);
    expect(phone.text('.mark')).toBe('我教的');
  });

  it('comes from the camera into the history', async () => {
    await open({ page: 'pages/photo/photo' });
    await phone.tap('拍照');
    await phone.until(() => expect(phone.simulator.currentPage().path).toBe('pages/result/result'));
    expect(phone.text('.row-first')).toContain('我教的');
    expect(phone.stored().history[0].predictions[0]).toMatchObject({ taught: true, label: OWN });
  });

  it.each([
    ['as it is', {}],
    ['in place of a class', { predictions: predictions.slice(1), corrected: { id: predictions[0].id, label: OWN, name: predictions[0].name } }],
    ['that was typed', { predictions: predictions.slice(1), corrected: { id: '', label: OWN, name: predictions[0].name } }],
    ['that is not sure', { confident: false }],
  ])('is never told to others: %s', async (_, changes) => {
    await openResult({ ...TAUGHT, ...changes });
    const cards = [await phone.simulator.share(), await phone.simulator.shareTimeline()];
    expect(cards.map(({ title }) => title)).toEqual(['你认得这是什么吗？', '你认得这是什么吗？']);
    const texts = phone.find('canvas.drawing').__node.calls.filter(([name]) => name === 'fillText').map(([, text]) => text);
    expect(texts.join(' ')).not.toContain(OWN);
  });

  it('that was corrected to a class is told as that class', async () => {
    const [, { id, label, name }] = predictions;
    await openResult({ ...TAUGHT, corrected: { id, label, name } });
    expect(await phone.simulator.share()).toMatchObject({ title: '这是茶壶吗？' });
  });

  it('that was deleted meanwhile cannot be explained, and that is said', async () => {
    server.on('POST /explain', problem('problem', { code: 'not-found', status: 404 }));
    await openResult();
    await phone.tap(phone.find('.name-button'));
    await phone.reads('已经不在“我教的”里了');
  });

  it('as a correction goes to the server as a name, not as an id', async () => {
    server.on('POST /corrections', { body: example('correction') });
    await openResult({ ...TAUGHT, predictions: [predictions[1], predictions[0]] }, { storage: { ...AGREED, 'may-contribute': true } });
    await phone.tap('识别有误？');
    await phone.tap(OWN);
    await phone.until(() => expect(server.to('/corrections')).toHaveLength(1));
    expect(Buffer.from(server.to('/corrections')[0].body, 'latin1').toString()).toMatch(/name="label"\r\n\r\n外婆的茶壶\r\n/);
  });
});

describe('teaching from a result', () => {
  it('is offered where the server can be taught, with the photo', async () => {
    await openResult();
    await phone.tap('不对？教它认识');
    expect(phone.simulator.currentPage().path).toBe('pages/teach/teach');
    await phone.until(() => expect(phone.find('image.picture')).not.toBeNull());
  });

  it('is not offered elsewhere', async () => {
    await openResult(TAUGHT, { storage: { fit: { server: 'http://other', fit: 'crop', teaching: true } } });
    expect(phone.text()).not.toContain('教它认识');
    await phone.tap('识别有误？');
    expect(phone.glass()).not.toContain('再教一张');
  });

  it('is offered as one more photo where a taught name is wrong', async () => {
    await openResult();
    await phone.tap('识别有误？');
    await phone.tap('再教一张');
    expect(phone.simulator.currentPage().path).toBe('pages/teach/teach');
    await phone.back();
    expect(phone.glass()).not.toContain('再教一张');
  });

  it('is not offered that way for a class', async () => {
    await openResult({});
    await phone.tap('识别有误？');
    expect(phone.glass()).not.toContain('再教一张');
  });

  it('photos that wait are sent beside the next result', async () => {
    const change = { key: 'k', kind: 'teach', server: 'http://127.0.0.1:5000', id: '', name: '猫', before: '', file: 'k.jpg', lang: 'zh', force: false, tries: 1, refused: '', other: null };
    const before = past([{}]);
    const [photo] = Object.values(before.files);
    await open({
      storage: { ...before.storage, ...AGREED, 'taught-waiting': [change] },
      files: { ...before.files, 'wxfile://usr/teaching/k.jpg': photo },
    });
    await phone.until(() => expect(server.to('/taught')).toHaveLength(1));
    await phone.until(() => expect(phone.stored()).not.toHaveProperty('taught-waiting'));
  });
});

describe('on the photo page', () => {
  it('the list is a tap away where the server can be taught', async () => {
    await open({ page: 'pages/photo/photo', storage: {} });
    await phone.reads('我教的');
    await phone.tap('查看我教的');
    expect(phone.simulator.currentPage().path).toBe('pages/taught/taught');
  });

  it('nothing says so elsewhere', async () => {
    server.on('GET /readyz', { body: example('ready') });
    await open({ page: 'pages/photo/photo' });
    await phone.until(() => expect(phone.stored().fit).toEqual({ server: 'http://127.0.0.1:5000', fit: JSON.parse(example('ready')).fit, teaching: false, offline: false }));
    expect(phone.text()).not.toContain('我教的');
  });
});

import { describe, expect, it } from 'vitest';
import { example, load } from '../sources.js';
import { aroundEachTest, open, phone, server } from './around.js';
import { TRUSTING } from './phone.js';
import { past, RESULT } from './past.js';

const ATLAS = { page: 'pages/atlas/atlas' };
const { CLASSES } = load('labels/imagenet.js');
const [ELEPHANT, TUSKER] = JSON.parse(example('predictions')).predictions;
const GOLDFISH = { ...ELEPHANT, id: 'n01443537', label: 'goldfish', name: { zh: '金鱼', en: 'goldfish' } };
const DAY = 86_400_000;

aroundEachTest({
  answers: { 'GET /classes/n02504013': { body: example('class-card') }, 'POST /predict': { body: example('predictions') } },
  phone: TRUSTING,
});

/** @param {object[]} entries  newest first @param {object} [options] @returns {Promise<void>} */
const openAtlas = (entries, options) => open({ ...past(entries), ...ATLAS, ...options });

/** An atlas of so many classes. @param {number} count @param {number} [seenAt] @returns {object} storage */
const many = (count, seenAt = Date.now()) => ({
  atlas: { met: Object.keys(CLASSES).slice(0, count).map((id, index) => ({ id, at: 1e12 + index, result: '', picture: '' })), seenAt },
});

/** @returns {string[]} */
const names = () => phone.findAll('.cell .name').map(({ textContent }) => textContent);

describe('the atlas', () => {
  it('has what was met, the latest first, with the photo and the day', async () => {
    await openAtlas([{ predictions: [GOLDFISH] }, {}, { takenAt: Date.now() - DAY }]);
    expect(names()).toEqual(['金鱼', '印度象']);
    expect(phone.text('.count')).toBe('2/1000');
    expect(phone.findAll('.cell image')).toHaveLength(2);
    expect(phone.findAll('.day').map(({ textContent }) => textContent)).toEqual(['今天', '昨天']);
    expect(phone.findAll('.fresh')).toEqual([]);
  });

  it('in groups has each with its number, also those of which nothing was met', async () => {
    await openAtlas([{ predictions: [GOLDFISH] }, {}]);
    await phone.tap(phone.findAll('.order')[1]);
    const titles = phone.findAll('.title').map(({ textContent }) => textContent);
    expect(titles).toHaveLength(18);
    expect(titles).toEqual(expect.arrayContaining(['狗 0/118', '其他哺乳动物 1/100', '鱼 1/16']));
    expect(names()).toEqual(['印度象', '金鱼']);
    await phone.tap(phone.findAll('.order')[0]);
    expect(phone.findAll('.title')).toEqual([]);
  });

  it('leads to the card, with the day of the meeting, and on to that result', async () => {
    await openAtlas([{}]);
    await phone.tap(phone.find('.open'));
    await phone.reads('耳朵比非洲象小');
    expect(phone.text('.panel')).toContain('今天第一次遇见，第 1 种');
    await phone.tap('看那次的结果');
    expect(phone.simulator.pages()).toEqual(['pages/atlas/atlas', 'pages/result/result']);
    expect(phone.text('.row-first')).toContain('印度象');
  });

  it('without a network still has all of it, and a result that was deleted leaves its class', async () => {
    await openAtlas([], { storage: many(3) });
    phone.simulator.network('none');
    expect(names()).toHaveLength(3);
    expect(phone.findAll('.cell image')).toEqual([]);
    await phone.tap(phone.find('.open'));
    await phone.reads('介绍没有加载出来：没有网络');
    expect(phone.text('.panel')).not.toContain('看那次的结果');
    expect(server.received.filter(({ path }) => path.startsWith('/classes'))).toEqual([]);
  });

  it('has the first letter in place of a picture that was cleared away', async () => {
    await openAtlas([{}], { files: {} });
    await phone.until(() => expect(phone.text('.initial')).toBe('印'));
  });

  it('comes in pages, and little goes through setData', async () => {
    await openAtlas([], { storage: many(1000) });
    const sets = [];
    const { page } = phone;
    const setData = page.setData.bind(page);
    page.setData = (data) => (sets.push(data), setData(data));
    const before = names().length;
    page.more();
    expect(names()).toHaveLength(before + 30);
    for (const data of sets) expect(JSON.stringify(data).length).toBeLessThan(8192);
  });

  it('that is empty says how it fills, and leads to the camera', async () => {
    await openAtlas([]);
    expect(phone.text('.empty')).toContain('还没有遇见过 能认准的东西，第一次拍到就会收进图鉴，一共 1000 种。');
    await phone.tap('去拍一张');
    expect(phone.simulator.pages()).toEqual(['pages/photo/photo']);
  });

  it('in English has no Chinese', async () => {
    await openAtlas([{}], { language: 'en' });
    await phone.tap(phone.findAll('.order')[1]);
    expect(phone.text()).not.toMatch(/\p{Script=Han}/u);
    expect(phone.text()).toContain('Other mammals 1/100');
  });
});

describe('the way to the atlas', () => {
  it('from the result that met a class first says which one it is, until it is corrected', async () => {
    await open({ ...past([{ predictions: [GOLDFISH, TUSKER] }, {}]), ...RESULT });
    expect(phone.text('atlas-link')).toBe('图鉴 第 2 种 2/1000');
    await phone.tap(phone.find('atlas-link [role="button"]'));
    expect(phone.simulator.pages()).toEqual(['pages/result/result', 'pages/atlas/atlas']);
    await phone.back();
    await phone.tap('识别有误？');
    await phone.tap('长牙象');
    expect(phone.text('atlas-link')).toBe('图鉴 1/1000');
  });

  it('is marked as new after a photo met a class, and no more after the atlas was seen', async () => {
    await open({ page: 'pages/photo/photo' });
    await phone.tap('拍照');
    await phone.reads('印度象');
    expect(phone.text('atlas-link')).toBe('图鉴 新 第 1 种 1/1000');
    await phone.tap(phone.find('atlas-link [role="button"]'));
    expect(phone.text('.fresh')).toBe('新');
    await phone.back();
    expect(phone.text('atlas-link')).toBe('图鉴 第 1 种 1/1000');
  });

  it('is on the history, also when it is empty', async () => {
    await open({ page: 'pages/history/history', storage: many(37, 0) });
    expect(phone.text('atlas-link')).toBe('图鉴 新 37/1000');
    expect(phone.text()).toContain('暂无记录');
    await phone.tap(phone.find('atlas-link [role="button"]'));
    expect(phone.simulator.pages()).toEqual(['pages/history/history', 'pages/atlas/atlas']);
  });

  it('is not on what somebody shared', async () => {
    await open({ page: 'pages/result/result', query: 'r=n02504013-827&s=1', scene: 1007 });
    expect(phone.find('atlas-link')).toBeNull();
  });
});

it('the settings count what was met, and say what deleting does to it', async () => {
  const { storage, files } = past([{}]);
  await open({ page: 'pages/settings/settings', storage: { ...storage, ...many(2) }, files });
  await phone.until(() => expect(phone.row('图鉴')).toBe('2 种'));
  await phone.tap('删除全部结果');
  expect(phone.glass()).toContain('图鉴中的照片也会删除，遇见过的种类保留');
  await phone.tap('删除');
  await phone.until(() => expect(phone.row('结果')).toBe('0'));
  expect(phone.row('图鉴')).toBe('2 种');
  await phone.tap('清除所有数据');
  expect(phone.glass()).toContain('结果、照片、图鉴、登录');
  await phone.tap('删除');
  await phone.until(() => expect(phone.row('图鉴')).toBe('0 种'));
  expect(phone.stored()).not.toHaveProperty('atlas');
});

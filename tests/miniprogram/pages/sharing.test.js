import { describe, expect, it } from 'vitest';
import { example } from '../sources.js';
import { aroundEachTest, open, phone, server } from './around.js';
import { TRUSTING } from './phone.js';
import { past, RESULT } from './past.js';

aroundEachTest({ answers: {}, phone: { ...TRUSTING, ...RESULT } });

/** A clock, but is it an analog clock or a wall clock? */
const { predictions, confident, kind, model } = JSON.parse(example('predictions-unsure'));
const CLOCK = { predictions, confident, kind, model };
/** The example's classes, with probabilities in thousandths. */
const CLASSES = 'r=n02504013-827.n01871265-110.n02504458-40.n01704323-1';
const TYPED = { corrected: { id: '', label: '豆豆', name: { en: '豆豆', zh: '豆豆' } } };
const TRICERATOPS = { corrected: { id: 'n01704323', label: 'triceratops', name: { en: 'triceratops', zh: '三角龙' } } };
const TEAPOT = { label: '外婆的茶壶', probability: 0.96, id: 'taught:9f3c1b7a5d2e8046', name: { en: '外婆的茶壶', zh: '外婆的茶壶' } };

/** The result page of one result. @param {object} [entry] @param {object} [options] @returns {Promise<void>} */
const openResult = (entry = {}, options = {}) => open({ ...past([entry]), ...options });

/** @returns {string[]} what was written on the card */
const written = () =>
  phone.find('canvas.drawing').__node.calls.filter(([name]) => name === 'fillText').map(([, text]) => text);

/** The page as another person gets it. @param {string} query @param {number} scene @returns {Promise<void>} */
const arrive = (query, scene) => open({ page: 'pages/result/result', query, scene, privacy: 'ask', scopes: {} });

describe('a friend', () => {
  it('is asked, with a card of the photo, and gets the answer', async () => {
    await openResult();
    await phone.tap('分享');
    await phone.until(() => expect(phone.simulator.shared).toHaveLength(1));
    const [{ title, path, imageUrl }] = phone.simulator.shared;
    expect([title, path]).toEqual(['这是印度象吗？', `/pages/result/result?${CLASSES}&s=1`]);
    const { width, height } = await phone.simulator.call('getImageInfo', { src: imageUrl });
    expect(width / height).toBe(5 / 4);
    expect(written()).toContain('这是印度象吗？');
  });

  it('is asked without a picture where none can be drawn', async () => {
    await openResult({}, { files: {} });
    expect(await phone.simulator.share()).toEqual({ title: '这是印度象吗？', path: `/pages/result/result?${CLASSES}&s=1` });
  });

  it('is not told a name that nobody is sure of', async () => {
    await openResult({ confident: false });
    expect(await phone.simulator.share()).toMatchObject({ title: '你认得这是什么吗？', path: `/pages/result/result?${CLASSES}` });
    expect(written()).toEqual(['你认得这是什么吗？', '拍识', '']);
    expect(await phone.simulator.shareTimeline()).toEqual({
      title: '你认得这是什么吗？',
      query: CLASSES,
      imageUrl: 'wxfile://usr/history/r0.jpg',
    });
  });

  it('is told the kind, and asked for more', async () => {
    await openResult(CLOCK);
    const title = '看起来是钟表，你认得具体是什么吗？';
    expect(await phone.simulator.share()).toMatchObject({ title });
    expect(await phone.simulator.shareTimeline()).toMatchObject({ title, query: expect.stringMatching(/^r=.*&k=clock$/) });
  });

  it('gets no probability of 0 or 1', async () => {
    const [first, ...others] = JSON.parse(example('predictions')).predictions;
    await openResult({ predictions: [{ ...first, probability: 0.99998 }, ...others.map((one) => ({ ...one, probability: 0.000005 }))] });
    expect((await phone.simulator.share()).path).toBe('/pages/result/result?r=n02504013-999&s=1');
  });

  it('is told a correction that is a class', async () => {
    await openResult(TRICERATOPS);
    expect(await phone.simulator.share()).toMatchObject({ title: '这是三角龙吗？', path: expect.stringMatching(/&s=1&c=n01704323$/) });
  });

  it('is not shown a page of nothing: what is gone is shared as the app', async () => {
    await openResult({}, { query: '' });
    expect(await phone.simulator.share()).toMatchObject({ title: '图像识别', path: '/pages/photo/photo' });
    expect(await phone.simulator.shareTimeline()).toMatchObject({ title: '图像识别', query: '' });
  });
});

describe('a text that a user wrote is not shown to others', () => {
  it.each([
    ['a typed correction', TYPED, CLASSES],
    ['a taught thing', { predictions: [TEAPOT, ...JSON.parse(example('predictions')).predictions] }, CLASSES],
    ['a correction to a taught thing', { corrected: { id: TEAPOT.id, label: TEAPOT.label, name: TEAPOT.name } }, CLASSES],
  ])('%s', async (_, entry, query) => {
    await openResult(entry);
    const message = await phone.simulator.share();
    const card = await phone.simulator.shareTimeline();
    expect(message.title).toBe('你认得这是什么吗？');
    expect(message.path).toBe(`/pages/result/result?${query}`);
    expect(card).toMatchObject({ title: '你认得这是什么吗？', query });
    expect(written().join()).not.toMatch(/豆豆|茶壶/);
  });

  it('a result of other labels than the package has is shared as a question, and leads to the camera', async () => {
    await openResult({ model: { name: 'Ours', labels: 'our-parts' } });
    expect(await phone.simulator.share()).toMatchObject({ title: '这是印度象吗？', path: '/pages/photo/photo' });
    expect(await phone.simulator.shareTimeline()).toMatchObject({ query: '' });
  });
});

describe('whoever opens a share', () => {
  it('as a friend sees names and probabilities, and may take a photo', async () => {
    await arrive(`${CLASSES}&s=1`, 1007);
    expect(phone.text('.row-first')).toMatch(/^印度象 ?Indian elephant 83%$/);
    expect(phone.findAll('.row')).toHaveLength(3);
    expect(phone.findAll('[role="button"]')).toEqual([...phone.window.document.querySelectorAll('wx-button')].filter(({ textContent }) => textContent === '我也拍一张'));
    expect(phone.called('uploadFile') + phone.called('login')).toBe(0);
    await phone.tap('我也拍一张');
    expect(phone.simulator.pages()).toEqual(['pages/photo/photo']);
  });

  it('in Moments sees the same, with nothing that leads elsewhere', async () => {
    await arrive(`${CLASSES}&s=1`, 1154);
    expect(phone.text('.row-first')).toContain('印度象');
    expect(phone.findAll('button, [role="button"], [role="link"], camera')).toEqual([]);
    expect(phone.called('setNavigationBarTitle')).toBe(0);
    expect(phone.calls.filter(({ name }) => name.startsWith('setStorage'))).toEqual([]);
    await phone.tap(phone.find('.name-button'));
    expect(server.received).toEqual([]);
  });

  it('in English reads English', async () => {
    await open({ page: 'pages/result/result', query: `${CLASSES}&c=n01704323`, scene: 1154, language: 'en' });
    expect(phone.text('.corrected')).toBe('Your friend says this is triceratops 三角龙');
    expect(phone.text()).toContain("Model's guesses");
  });

  it('sees what is uncertain as such', async () => {
    await arrive(`${CLASSES}&k=clock`, 1154);
    expect(phone.text('.notice')).toContain('看起来是钟表');
    expect(phone.find('.row-first')).toBeNull();
    expect(phone.text('.heading')).toBe('看起来是钟表');
    expect(phone.findAll('.heading').map(({ textContent }) => textContent)).toContain('也许是');
  });

  it('shares on what was shared', async () => {
    await arrive(`${CLASSES}&s=1&c=n01704323`, 1007);
    const query = `${CLASSES}&s=1&c=n01704323`;
    expect(await phone.simulator.share()).toEqual({ title: '这是三角龙吗？', path: `/pages/result/result?${query}` });
    expect(await phone.simulator.shareTimeline()).toEqual({ title: '这是三角龙吗？', query });
  });

  it.each(['', 'r=', 'r=constructor-500', 'r=n02504013', 'r=n02504013-1000', 'r=n02504013-0', 'r=n0-5', 'id=r9', 'r=%E8%B1%86-5&s=1', 's=1&c=n01704323'])(
    'made up as “%s” sees that there is nothing, in Moments without a button',
    async (query) => {
      await arrive(query, 1154);
      expect(phone.text()).toContain('记录不存在');
      expect(phone.findAll('button, [role="button"]')).toEqual([]);
    },
  );

  it('made up sees no text out of the query', async () => {
    await arrive('r=n02504013-500.__proto__-400.%E8%B1%86-3.n01704323-200&k=toString&c=valueOf&s=2', 1007);
    expect(phone.findAll('.row')).toHaveLength(2);
    expect(phone.text()).toContain('没认出来');
    expect(phone.find('.corrected')).toBeNull();
  });
});

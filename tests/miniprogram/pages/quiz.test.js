import { describe, expect, it } from 'vitest';
import { example } from '../sources.js';
import { aroundEachTest, open, phone, server } from './around.js';
import { TRUSTING } from './phone.js';
import { past, RESULT } from './past.js';

aroundEachTest({ answers: {}, phone: TRUSTING });

const { predictions } = JSON.parse(example('predictions'));
const TAUGHT = { label: '外婆的茶壶', probability: 0.96, id: 'taught:9f3c1b7a5d2e8046', name: { en: '外婆的茶壶', zh: '外婆的茶壶' } };
const TYPED = { id: '', label: '豆豆', name: { en: '豆豆', zh: '豆豆' } };
const GOLDFISH = { id: 'n01443537', label: 'goldfish', name: { en: 'goldfish', zh: '金鱼' } };
/** By id: 三角龙, 长牙象, 水牛, 印度象, 非洲象. */
const QUERY = 'q=n01704323.n01871265.n02408429.n02504013.n02504458&a=3';

/** The result page of one result. @param {object} [entry] @param {object} [options] @returns {Promise<void>} */
const openResult = (entry = {}, options = {}) => open({ ...past([entry]), ...RESULT, ...options });

/** @param {string} query @param {object} [options] @returns {Promise<void>} */
const arrive = (query, options) =>
  open({ page: 'pages/quiz/quiz', query, scene: 1007, privacy: 'ask', scopes: {}, ...options });

/** @returns {string[]} what was written on the picture */
const written = () =>
  phone.find('canvas.drawing').__node.calls.filter(([name]) => name === 'fillText').map(([, text]) => text);

/** @returns {string} what the page of the friend says above the names */
const outcome = () => `${phone.text('.heading')} ${phone.text('.look')}`;

async function openQuiz() {
  await phone.tap('更多');
  await phone.tap('考考朋友');
}

/** @returns {Promise<any>} the card that a friend gets */
async function sendQuiz() {
  await openQuiz();
  await phone.tap(phone.find('quiz-sheet button'));
  await phone.until(() => expect(phone.simulator.shared).toHaveLength(1));
  return phone.simulator.shared[0];
}

describe('a friend is quizzed', () => {
  it('with a card of the photo and the names in an order that gives nothing away', async () => {
    await openResult();
    const { title, path, imageUrl } = await sendQuiz();
    expect([title, path]).toEqual(['猜猜这是什么？', `/pages/quiz/quiz?${QUERY}`]);
    const { width, height } = await phone.simulator.call('getImageInfo', { src: imageUrl });
    expect(width / height).toBe(5 / 4);
    expect(written().filter((text) => text.length > 1)).toEqual(['三角龙', '长牙象', '水牛', '印度象', '非洲象']);
  });

  it('without a picture where none can be drawn', async () => {
    await openResult({}, { files: {} });
    expect(await sendQuiz()).toMatchObject({ title: '猜猜这是什么？', path: `/pages/quiz/quiz?${QUERY}`, imageUrl: undefined });
  });

  it('and a correction that is a class is the answer', async () => {
    await openResult({ corrected: GOLDFISH });
    const { path } = await sendQuiz();
    expect(path).toBe('/pages/quiz/quiz?q=n01443537.n01704323.n01871265.n02504013.n02504458&a=0');
  });

  it('while the usual share stays as it was', async () => {
    await openResult();
    await openQuiz();
    expect(await phone.simulator.share()).toMatchObject({ title: '这是印度象吗？' });
  });

  it.each([
    ['nobody is sure', { confident: false }],
    ['the user taught it', { predictions: [TAUGHT, ...predictions] }],
    ['the user wrote the name', { corrected: TYPED }],
    ['the model has other classes', { model: { name: 'Ours', labels: 'our-parts' } }],
    ['there is nothing to choose from', { predictions: predictions.slice(0, 1) }],
  ])('not where %s', async (_, entry) => {
    await openResult(entry);
    await phone.tap('更多');
    expect(phone.text()).not.toContain('考考朋友');
  });

  it('with the names that the package has', async () => {
    await openResult({ predictions: [predictions[0], { ...predictions[1], id: 'n0' }, ...predictions.slice(2)] });
    expect((await sendQuiz()).path).toBe('/pages/quiz/quiz?q=n01704323.n02408429.n02504013.n02504458&a=2');
  });

  it('never by a name that the user taught or wrote', async () => {
    await openResult({ predictions: [predictions[0], TAUGHT, ...predictions.slice(1)] });
    const { path } = await sendQuiz();
    expect(path).toBe(`/pages/quiz/quiz?${QUERY}`);
    expect(written().join()).not.toContain('茶壶');
  });
});

describe('a poster', () => {
  it('is a whole quiz and goes through the menu of WeChat', async () => {
    await openResult();
    await openQuiz();
    await phone.tap('分享图片');
    await phone.until(() => expect(phone.simulator.sharedPictures).toHaveLength(1));
    const { width, height } = await phone.simulator.call('getImageInfo', { src: phone.simulator.sharedPictures[0] });
    expect([width, height]).toEqual([1080, 1440]);
    expect(written()).toEqual(expect.arrayContaining(['猜猜这是什么？', '印度象', '非洲象', '拍识', '答案：印度象']));
    expect(phone.simulator.saved).toEqual([]);
  });

  it.each([
    ['is missing', { wx: { showShareImageMenu: undefined } }, undefined],
    ['fails', {}, 'system error'],
  ])('is saved to the album where that menu %s', async (_, options, reason) => {
    await openResult({}, options);
    if (reason) phone.simulator.fail('showShareImageMenu', reason);
    await openQuiz();
    await phone.tap('分享图片');
    await phone.until(() => expect(phone.simulator.saved).toHaveLength(1));
    expect(phone.glass()).toContain('已保存到相册');
  });

  it('that the user does not send after all is not saved', async () => {
    await openResult();
    phone.simulator.fail('showShareImageMenu', 'cancel');
    await openQuiz();
    await phone.tap('分享图片');
    await phone.until(() => expect(phone.called('showShareImageMenu')).toBe(1));
    await phone.settle();
    expect(phone.text('quiz-sheet')).toContain('分享图片');
    expect(phone.called('saveImageToPhotosAlbum')).toBe(0);
  });

  it('that cannot be drawn says so', async () => {
    await openResult({}, { files: {} });
    await openQuiz();
    await phone.tap('分享图片');
    await phone.reads('图片没有生成，请再试一次。');
  });
});

describe('whoever opens a quiz', () => {
  it('chooses a name, and sees whether it is right, and which is', async () => {
    await arrive(QUERY);
    expect(phone.findAll('.choice .name').map(({ textContent }) => textContent)).toEqual(['三角龙', '长牙象', '水牛', '印度象', '非洲象']);
    expect(outcome()).toBe('猜猜朋友拍到了什么 照片在朋友发来的卡片上，选一个名字。');
    await phone.tap('非洲象');
    expect(outcome()).toBe('没猜中 识别结果是印度象。');
    expect(phone.find('.right').getAttribute('aria-label')).toBe('印度象，正确答案');
    expect(phone.find('.wrong').getAttribute('aria-label')).toBe('非洲象，你选的，不对');
    await phone.tap(phone.findAll('.choice')[0]);
    expect(outcome()).toContain('没猜中');
    await phone.tap('我也拍一张');
    expect(phone.simulator.pages()).toEqual(['pages/photo/photo']);
  });

  it('in Moments can do the same, and nothing leads elsewhere or is stored', async () => {
    await arrive(QUERY, { scene: 1154 });
    await phone.tap('印度象');
    expect(outcome()).toBe('猜对了！ 识别结果是印度象。');
    expect(phone.findAll('button, [role="button"]:not([aria-disabled="true"])')).toEqual([]);
    expect(phone.calls.filter(({ name }) => name.startsWith('setStorage'))).toEqual([]);
    expect(phone.called('setNavigationBarTitle')).toBe(0);
    expect(server.received).toEqual([]);
  });

  it('in English reads English', async () => {
    await arrive(QUERY, { language: 'en' });
    await phone.tap('Indian elephant');
    expect(outcome()).toBe('Right! It was recognised as Indian elephant.');
  });

  it('sends it on', async () => {
    await arrive(QUERY);
    expect(await phone.simulator.share()).toMatchObject({ title: '猜猜这是什么？', path: `/pages/quiz/quiz?${QUERY}` });
    expect(await phone.simulator.shareTimeline()).toMatchObject({ title: '猜猜这是什么？', query: QUERY });
  });

  it.each(['', 'q=n02504013&a=0', 'q=n02504013.n02504013&a=0', 'q=n02504013.constructor&a=0', 'q=n02504013.n01443537&a=2', 'q=n02504013.n01443537&a=x', `${QUERY.replace('q=', 'q=n01443537.')}`, 'q=%E8%B1%86.n02504013&a=1'])(
    'made up as “%s” sees that there is nothing',
    async (query) => {
      await arrive(query, { scene: 1154 });
      expect(phone.text()).toContain('这道题打不开');
      expect(phone.findAll('button, [role="button"]')).toEqual([]);
    },
  );

  it('of nothing shares the app', async () => {
    await arrive('');
    expect(await phone.simulator.share()).toMatchObject({ path: '/pages/photo/photo' });
    expect(await phone.simulator.shareTimeline()).toMatchObject({ query: '' });
    await phone.tap('我也拍一张');
    expect(phone.simulator.pages()).toEqual(['pages/photo/photo']);
  });
});

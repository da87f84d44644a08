import { describe, expect, it } from 'vitest';
import { example } from '../sources.js';
import { aroundEachTest, open, phone, restart } from './around.js';
import { TRUSTING } from './phone.js';
import { past } from './past.js';

// What is on the phone is there without a server.
aroundEachTest({ answers: {}, phone: { ...TRUSTING, server: undefined, page: 'pages/history/history' } });

const DAY = 86_400_000;
const [ELEPHANT] = JSON.parse(example('predictions')).predictions;

/** @param {object[]} entries  newest first @param {object} [options] @returns {Promise<void>} */
async function openHistory(entries, options) {
  await open({ ...past(entries), ...options });
  await phone.settle();
}

/** @param {number} count @returns {object[]} results called 名0, 名1, … */
const many = (count) =>
  Array.from({ length: count }, (_, index) => ({ predictions: [{ ...ELEPHANT, name: { en: `name ${index}`, zh: `名${index}` } }] }));

/** @returns {string[]} */
const names = () => phone.findAll('.name').map((it) => it.textContent);

/** @returns {number} how many results are stored */
const stored = () => phone.simulator.kept().storage.history.length;

/** @param {HTMLElement} element @returns {Promise<void>} */
async function press(element) {
  element.dispatchEvent(new phone.window.MouseEvent('pointerdown', { bubbles: true }));
  await new Promise((resolve) => setTimeout(resolve, 450));
  element.dispatchEvent(new phone.window.MouseEvent('pointerup', { bubbles: true }));
  await phone.settle();
}

describe('the history', () => {
  it('shows what was recognised, newest first, each with its day', async () => {
    const entries = many(4).map((entry, index) => ({ ...entry, takenAt: Date.now() - [0, 1, 400, 401][index] * DAY }));
    await openHistory(entries);
    expect(names()).toEqual(['名0', '名1', '名2', '名3']);
    const days = phone.findAll('.words').map((it) => it.textContent);
    expect(days[0]).toContain('今天');
    expect(days[1]).toContain('昨天');
    expect(days[2]).toMatch(/\d{4}年\d+月\d+日/);
    expect(phone.text()).toContain('4 个结果');
  });

  it('needs no network', async () => {
    await openHistory(many(2));
    phone.simulator.network('none');
    await phone.tap(phone.find('.open'));
    expect(phone.text('.row-first')).toContain('名0');
    expect(phone.called('request') + phone.called('uploadFile')).toBe(0);
  });

  it('marks what the person corrected, and is honest where nobody is sure', async () => {
    const corrected = { id: '', label: '豆豆', name: { en: '豆豆', zh: '豆豆' } };
    await openHistory([{ corrected, confident: false }, { confident: false }, {}]);
    const [mine, unsure, sure] = phone.findAll('.words').map((it) => it.textContent);
    expect(mine).toMatch(/豆豆.*你说的/s);
    expect(mine).not.toContain('没认出来');
    expect(unsure).toMatch(/没认出来.*也许是印度象/s);
    expect(sure).not.toContain('你说的');
  });

  it('shows the kind where nobody is sure of more, also to a screen reader and before it is deleted', async () => {
    const { predictions, confident, kind } = JSON.parse(example('predictions-unsure'));
    await openHistory([{ predictions, confident, kind }]);
    expect(phone.text('.words')).toMatch(/^钟表 ?也许是指针式时钟 ?今天$/);
    expect(phone.find('.open').getAttribute('aria-label')).toMatch(/^钟表 也许是指针式时钟 +今天$/);
    await phone.tap('整理');
    await phone.tap('删除 钟表，今天');
    expect(phone.glass()).toContain('删除“钟表”？');
  });

  it('in English is in English', async () => {
    await openHistory([{}], { language: 'en' });
    expect(names()).toEqual(['Indian elephant']);
    expect(phone.text()).toContain('Today');
    expect(phone.text()).not.toMatch(/\p{Script=Han}/u);
  });

  it('shows small pictures', async () => {
    await openHistory([{}]);
    expect(phone.page.data.pages[0].items[0].photo).toBe('wxfile://usr/history/r0-small.jpg');
    expect(phone.find('image.photo')).not.toBeNull();
  });

  it('has a place for a picture that was cleared away', async () => {
    await openHistory([{}], { files: {} });
    await phone.reads('照片已清理');
    expect(names()).toEqual(['印度象']);
  });

  it('that is empty is kind, and leads to the camera', async () => {
    await openHistory([]);
    expect(phone.text()).toContain('还没有拍过');
    await phone.tap('去拍一张');
    expect(phone.simulator.pages()).toEqual(['pages/photo/photo']);
  });

  it('opens a result, and shows what was changed there', async () => {
    await openHistory(many(2));
    await phone.tap(phone.findAll('.open')[1]);
    expect(phone.simulator.currentPage().path).toBe('pages/result/result');
    await phone.tap('不是这个？');
    await phone.type('猫');
    await phone.tap('记住');
    phone.simulator.call('navigateBack', {});
    await phone.settle();
    expect(names()).toEqual(['名0', '猫']);
  });

  it('forgets what was deleted on its own page', async () => {
    await openHistory(many(2));
    await phone.tap(phone.findAll('.open')[0]);
    await phone.tapInMore('删除这个结果');
    await phone.tap('删除');
    await phone.until(() => expect(names()).toEqual(['名1']));
  });
});

describe('a hundred results', () => {
  it('come in pages of twenty, each set by its path, and little goes through setData', async () => {
    await openHistory(many(100));
    expect(names()).toHaveLength(40);
    const { page } = phone;
    const sets = [];
    const setData = page.setData.bind(page);
    page.setData = (data) => (sets.push(data), setData(data));
    for (let end = 0; end < 5; end += 1) page.more();
    expect(names()).toHaveLength(100);
    expect(sets.map((data) => Object.keys(data))).toEqual([['pages[2]'], ['pages[3]'], ['pages[4]']]);
    for (const data of sets) expect(JSON.stringify(data).length).toBeLessThan(8192);
  });

  it('come when the end is near', async () => {
    await openHistory(many(100));
    const list = phone.find('scroll-view');
    list.dispatchEvent(new phone.window.Event('scroll'));
    await phone.settle();
    expect(names()).toHaveLength(60);
  });
});

describe('deleting', () => {
  it('one by a long press asks first', async () => {
    await openHistory(many(3));
    await press(phone.findAll('.open')[1]);
    expect(phone.glass()).toContain('删除“名1”？');
    await phone.tap('取消');
    expect(stored()).toBe(3);
    await press(phone.findAll('.open')[1]);
    await phone.tap('删除');
    expect(names()).toEqual(['名0', '名2']);
    expect(stored()).toBe(2);
    expect(phone.simulator.currentPage().path).toBe('pages/history/history');
  });

  it('one by its button, which editing shows', async () => {
    await openHistory(many(2));
    expect(phone.findAll('.remove')).toEqual([]);
    await phone.tap('整理');
    await phone.tap('删除 名0，今天');
    await phone.until(() => expect(phone.glass()).toContain('删除“名0”？'));
    const buttons = [...phone.window.document.querySelectorAll('[role="dialog"] button')];
    await phone.tap(buttons.find((it) => it.textContent === '删除'));
    expect(names()).toEqual(['名1']);
    await phone.tap('完成');
    expect(phone.findAll('.remove')).toEqual([]);
  });

  it('all asks first, and leaves no file', async () => {
    await openHistory(many(30));
    await phone.tap('整理');
    await phone.tap('全部删除');
    expect(phone.glass()).toContain('30 张照片');
    await phone.tap('取消');
    expect(stored()).toBe(30);
    await phone.tap('全部删除');
    const buttons = [...phone.window.document.querySelectorAll('[role="dialog"] button')];
    await phone.tap(buttons.find((it) => it.textContent === '删除'));
    expect(phone.text()).toContain('还没有拍过');
    await phone.until(() => expect(Object.keys(phone.simulator.kept().files).filter((path) => path.endsWith('.jpg'))).toEqual([]));
  });
});

it('is there after a restart, with what the person said', async () => {
  await openHistory(many(2));
  await phone.tap(phone.findAll('.open')[0]);
  await phone.tap('不是这个？');
  await phone.type('猫');
  await phone.tap('记住');
  await restart();
  await phone.settle();
  expect(names()).toEqual(['猫', '名1']);
  expect(phone.find('.missing')).toBeNull();
});

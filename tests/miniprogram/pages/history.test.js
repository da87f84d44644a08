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

/** @returns {string[]} */
const days = () => phone.findAll('.day').map((it) => it.textContent);

/** @param {HTMLElement[]} elements @returns {(string | null)[]} */
const checked = (elements) => elements.map((it) => it.getAttribute('aria-checked'));

/** Of the dialog in front. @param {string} name @returns {Promise<void>} */
async function tapInDialog(name) {
  await phone.until(() => expect(phone.window.document.querySelector('[role="dialog"] button')).not.toBeNull());
  const buttons = [...phone.window.document.querySelectorAll('[role="dialog"] button')];
  await phone.tap(buttons.find((it) => it.textContent === name));
}

/** @returns {number} how many results are stored */
const stored = () => phone.simulator.kept().storage.history.length;

/** @param {HTMLElement} element @returns {Promise<void>} */
async function press(element) {
  element.dispatchEvent(new phone.window.MouseEvent('pointerdown', { bubbles: true }));
  await new Promise((resolve) => setTimeout(resolve, 450));
  element.dispatchEvent(new phone.window.MouseEvent('pointerup', { bubbles: true }));
  element.dispatchEvent(new phone.window.MouseEvent('click', { bubbles: true }));
  await phone.settle();
}

describe('the history', () => {
  it('shows what was recognised, newest first, by day', async () => {
    const entries = many(5).map((entry, index) => ({ ...entry, takenAt: Date.now() - [0, 0, 1, 400, 401][index] * DAY - index }));
    await openHistory(entries);
    expect(names()).toEqual(['名0', '名1', '名2', '名3', '名4']);
    expect(days()).toEqual(['今天', '昨天', expect.stringMatching(/^\d{4}年\d+月\d+日$/), expect.stringMatching(/^\d{4}年\d+月\d+日$/)]);
    expect(phone.find('.day').getAttribute('role')).toBe('heading');
    expect(phone.text('.grid')).toMatch(/今天.*名0.*名1.*昨天.*名2/s);
    expect(phone.text()).toContain('共 5 条');
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
    expect(mine).toMatch(/豆豆.*已更正/s);
    expect(mine).not.toContain('没认出来');
    expect(unsure).toMatch(/没认出来.*也许是印度象/s);
    expect(sure).not.toContain('已更正');
  });

  it('shows the kind where nobody is sure of more, also to a screen reader', async () => {
    const { predictions, confident, kind } = JSON.parse(example('predictions-unsure'));
    await openHistory([{ predictions, confident, kind }]);
    expect(phone.text('.words')).toMatch(/^钟表 ?也许是指针式时钟$/);
    expect(phone.find('.open').getAttribute('aria-label').trim()).toBe('钟表 也许是指针式时钟');
  });

  it('in English is in English', async () => {
    await openHistory([{}], { language: 'en' });
    expect(names()).toEqual(['Indian elephant']);
    expect(phone.text()).toContain('Today');
    expect(phone.text()).not.toMatch(/\p{Script=Han}/u);
  });

  it('shows small pictures', async () => {
    await openHistory([{}]);
    expect(phone.page.data.pages[0].cells[1].photo).toBe('wxfile://usr/history/r0-small.jpg');
    expect(phone.find('image.photo')).not.toBeNull();
  });

  it('has a place for a picture that was cleared away', async () => {
    await openHistory([{}], { files: {} });
    await phone.reads('照片已清理');
    expect(names()).toEqual(['印度象']);
  });

  it('that is empty is kind, and leads to the camera', async () => {
    await openHistory([]);
    expect(phone.text()).toContain('暂无记录');
    await phone.tap('去拍一张');
    expect(phone.simulator.pages()).toEqual(['pages/photo/photo']);
  });

  it('opens a result, and shows what was changed there', async () => {
    await openHistory(many(2));
    await phone.tap(phone.findAll('.open')[1]);
    expect(phone.simulator.currentPage().path).toBe('pages/result/result');
    await phone.tap('识别有误？');
    await phone.type('猫');
    await phone.tap('保存');
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

describe('a search', () => {
  const person = (name) => ({ id: '', label: name, name: { en: name, zh: name } });
  const taught = { id: 'taught-1', label: '我的杯子', name: { en: '我的杯子', zh: '我的杯子' }, probability: 0.9, taught: true };

  it('is there where there are more than ten results', async () => {
    await openHistory(many(10));
    expect(phone.field()).toBeNull();
    await phone.close();
    await openHistory(many(11));
    expect(phone.field()?.getAttribute('aria-label')).toBe('搜索名称');
  });

  it.each([
    ['印度', ['印度象']],
    ['INDIAN  ele', ['印度象']],
    ['ｉｎｄｉａｎ', ['印度象']],
    ['豆', ['豆豆']],
    ['杯子', ['我的杯子']],
    ['cafe', ['咖啡馆']],
    ['钟', ['钟表']],
    ['analog', ['钟表']],
  ])('for %s finds what is called so in either language, by a person, or by its kind', async (query, found) => {
    const { predictions, confident, kind } = JSON.parse(example('predictions-unsure'));
    await openHistory([
      ...[{}, { corrected: person('豆豆') }, { predictions: [taught] }, { predictions, confident, kind }],
      ...[{ predictions: [{ ...ELEPHANT, name: { en: 'café', zh: '咖啡馆' } }] }, ...many(10)],
    ]);
    await phone.type(query);
    expect(names()).toEqual(found);
    expect(phone.text()).toContain('找到 1 条');
  });

  it('that finds nothing says so, and is cleared by its button', async () => {
    await openHistory(many(30));
    await phone.type('猫');
    expect(names()).toEqual([]);
    expect(phone.text()).toContain('没有找到“猫”');
    await phone.tap('清除搜索');
    expect(phone.field()?.value).toBe('');
    expect(names()).toHaveLength(30);
  });
});

describe('favourites', () => {
  it('are marked by a star, and one cell goes through setData', async () => {
    await openHistory(many(3));
    const sets = [];
    const setData = phone.page.setData.bind(phone.page);
    phone.page.setData = (data) => (sets.push(Object.keys(data)), setData(data));
    await phone.tap('收藏 名1');
    expect(sets).toEqual([['pages[0].cells[2]']]);
    expect(phone.named('收藏 名1')?.getAttribute('aria-pressed')).toBe('true');
    expect(phone.named('收藏 名0')?.getAttribute('aria-pressed')).toBe('false');
    expect(phone.simulator.currentPage().path).toBe('pages/history/history');
    await restart();
    await phone.settle();
    expect(phone.named('收藏 名1')?.getAttribute('aria-pressed')).toBe('true');
  });

  it('can be seen alone', async () => {
    await openHistory(many(3).map((entry, index) => ({ ...entry, favourite: index === 2 })));
    await phone.tap('.filter');
    expect(names()).toEqual(['名2']);
    expect(phone.find('.filter').getAttribute('aria-pressed')).toBe('true');
    await phone.tap('收藏 名2');
    expect(phone.text()).toContain('暂无收藏');
    await phone.tap('.filter');
    expect(names()).toEqual(['名0', '名1', '名2']);
  });

  it('have a bound, which is said', async () => {
    await openHistory(many(81).map((entry, index) => ({ ...entry, favourite: index > 0 })));
    await phone.tap('收藏 名0');
    expect(phone.glass()).toContain('收藏已满');
    expect(phone.named('收藏 名0')?.getAttribute('aria-pressed')).toBe('false');
  });
});

describe('selecting', () => {
  it('begins with a long press on the first one, and a tap selects more', async () => {
    await openHistory(many(3));
    await press(phone.findAll('.open')[1]);
    expect(checked(phone.findAll('.open'))).toEqual(['false', 'true', 'false']);
    expect(phone.find('.open').getAttribute('role')).toBe('checkbox');
    expect(phone.text()).toContain('已选 1 条');
    await phone.tap(phone.findAll('.open')[2]);
    expect(phone.text()).toContain('已选 2 条');
    await phone.tap('删除（2）');
    expect(phone.glass()).toContain('删除 2 条记录？');
    await tapInDialog('取消');
    expect(stored()).toBe(3);
    await phone.tap('删除（2）');
    await tapInDialog('删除');
    expect(names()).toEqual(['名0']);
    expect(stored()).toBe(1);
    expect(phone.photos()).toHaveLength(2);
    expect(phone.find('.dock')).toBeNull();
    expect(phone.find('.open').getAttribute('role')).toBe('button');
  });

  it('begins with its button, and nothing is deleted without a selection', async () => {
    await openHistory(many(2));
    await phone.tap('选择');
    expect(phone.find('.star')).toBeNull();
    await phone.tap('删除（0）');
    expect(phone.called('showModal')).toBe(0);
    await phone.tap(phone.findAll('.open')[0]);
    await phone.tap(phone.findAll('.open')[0]);
    expect(phone.text()).toContain('已选 0 条');
    await phone.tap('取消');
    expect(phone.find('.star')).not.toBeNull();
  });

  it('all means also those that are not shown yet, and leaves no file', async () => {
    await openHistory(many(60));
    await phone.tap('选择');
    await phone.tap('全选');
    expect(phone.text()).toContain('已选 60 条');
    await phone.tap('取消全选');
    expect(phone.text()).toContain('已选 0 条');
    await phone.tap('全选');
    await phone.tap('删除（60）');
    await tapInDialog('删除');
    expect(phone.text()).toContain('暂无记录');
    await phone.until(() => expect(phone.photos()).toEqual([]));
  });

  it('all of a search means what it found', async () => {
    await openHistory(many(12));
    await phone.type('名1');
    await phone.tap('选择');
    expect(phone.field()?.disabled).toBe(true);
    await phone.tap('全选');
    await phone.tap('删除（3）');
    await tapInDialog('删除');
    expect(stored()).toBe(9);
    await phone.tap('清除搜索');
    expect(names()).toHaveLength(9);
  });
});

it('is there after a restart, with what the person said', async () => {
  await openHistory(many(2));
  await phone.tap(phone.findAll('.open')[0]);
  await phone.tap('识别有误？');
  await phone.type('猫');
  await phone.tap('保存');
  await restart();
  await phone.settle();
  expect(names()).toEqual(['猫', '名1']);
  expect(phone.find('.missing')).toBeNull();
});

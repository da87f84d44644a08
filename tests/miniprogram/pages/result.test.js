import { describe, expect, it } from 'vitest';
import { example } from '../sources.js';
import { aroundEachTest, open, phone, server } from './around.js';
import { TRUSTING } from './phone.js';
import { past, RESULT } from './past.js';

aroundEachTest({ answers: {}, phone: { ...TRUSTING, ...RESULT } });

/** The result page of one result. @param {object} [entry] @param {object} [options] @returns {Promise<void>} */
async function openResult(entry = {}, { storage = {}, ...options } = {}) {
  const before = past([entry]);
  await open({ ...before, storage: { ...before.storage, ...storage }, ...options });
}

/** A clock, but is it an analog clock or a wall clock? */
const { predictions, confident, kind, model } = JSON.parse(example('predictions-unsure'));
const CLOCK = { predictions, confident, kind, model };

/** @returns {any} what is stored of the result */
const stored = () => phone.simulator.kept().storage.history[0];

/** @returns {string[]} names of the past results' files */
const files = () => Object.keys(phone.simulator.kept().files).filter((path) => path.endsWith('.jpg'));

describe('a result', () => {
  it('has its photo, the best name large with the other language, and likely others as bars', async () => {
    await openResult();
    expect(phone.find('image.photo').getAttribute('role')).toBeNull();
    expect(phone.page.data.picture).toBe('wxfile://usr/history/r0.jpg');
    expect(phone.text('.row-first')).toMatch(/^印度象 ?Indian elephant 83%$/);
    expect(phone.findAll('.row')).toHaveLength(2);
    expect(phone.text()).toContain('由 ResNet50 识别');
    expect(phone.text()).not.toContain('没认出来');
  });

  it('in English has the English name large', async () => {
    await openResult({}, { language: 'en' });
    expect(phone.text('.row-first')).toMatch(/^Indian elephant ?印度象 83%$/);
    expect(phone.text()).toContain('Not this?');
    for (const text of phone.findAll('.button')) expect(text.textContent).not.toMatch(/\p{Script=Han}/u);
  });

  it('of which the model is not sure says so, helps, and calls the names guesses', async () => {
    await openResult({ confident: false });
    expect(phone.text()).toContain('没认出来');
    expect(phone.text()).toContain('靠近一些');
    expect(phone.text()).toContain('也许是');
    expect(phone.find('.row-first')).toBeNull();
    expect(phone.findAll('.row')).toHaveLength(2);
  });

  it('of which only the kind is sure says the kind, helps, and calls the names guesses', async () => {
    await openResult(CLOCK);
    expect(phone.text('.notice')).toContain('看起来是钟表 具体是什么还说不准');
    expect(phone.text('.tips')).toContain('靠近一些');
    expect(phone.text()).not.toContain('没认出来');
    expect(phone.find('.row-first')).toBeNull();
    expect(phone.text('.ranking')).toMatch(/指针式时钟.*挂钟/);
    expect(phone.find('.ranking').getAttribute('aria-label')).toBe('也许是');
  });

  it('of which only the kind is sure says it in English', async () => {
    await openResult(CLOCK, { language: 'en' });
    expect(phone.text('.notice')).toContain('It looks like a clock or watch We are not sure what exactly');
    expect(phone.text('.notice')).not.toMatch(/\p{Script=Han}/u);
  });

  it('whose photo was cleared away says so and keeps its names', async () => {
    await openResult({}, { files: {} });
    await phone.reads('这张照片已经被清理了');
    expect(phone.text('.row-first')).toContain('印度象');
    await phone.tap('更多');
    expect(phone.glass()).not.toContain('看大图');
    await phone.tap('保存到相册');
    await phone.reads('保存失败');
  });

  it('that is not on this phone says so, with a way to the camera', async () => {
    await openResult({}, { query: 'id=other' });
    expect(phone.text()).toContain('记录不存在');
    await phone.tap('去拍一张');
    expect(phone.simulator.pages()).toEqual(['pages/photo/photo']);
  });

  it('puts little into its first setData, and no picture', async () => {
    await openResult();
    const data = { ...phone.page.data, t: undefined };
    expect(JSON.stringify(data).length).toBeLessThan(2048);
    expect(JSON.stringify(data)).not.toContain('base64');
  });

  it('opens its photo in the viewer', async () => {
    await openResult();
    await phone.tap('.frame');
    expect(phone.calls.find(({ name }) => name === 'previewImage').args[0].urls).toEqual(['wxfile://usr/history/r0.jpg']);
  });

  it('is left for the camera', async () => {
    await openResult();
    await phone.tap('再拍一张');
    expect(phone.simulator.pages()).toEqual(['pages/photo/photo']);
  });
});

describe('unlikely guesses', () => {
  it('are folded into a row that shows them, and what nobody can tell from chance is left out', async () => {
    await openResult();
    expect(phone.findAll('.name').map((it) => it.textContent)).toEqual(['印度象', '长牙象']);
    expect(phone.text('.more')).toBe('还有 1 个不太像的');
    await phone.tap('.more');
    expect(phone.findAll('.name').map((it) => it.textContent)).toEqual(['印度象', '长牙象', '非洲象']);
    expect(phone.text()).not.toContain('不太像的');
  });

  it('are no row where there are none', async () => {
    await openResult({ predictions: [{ ...predictions[0], probability: 0.999 }, { ...predictions[1], probability: 0.0004 }] });
    expect(phone.findAll('.row')).toHaveLength(1);
    expect(phone.text()).not.toContain('不太像的');
  });
});

describe('a sheet', () => {
  /** @returns {string | null} whether a screen reader passes over the page behind it */
  const hidden = () => phone.find('.shown').getAttribute('aria-hidden');

  it.each([
    ['更多', '取消'],
    ['识别有误？', '取消'],
  ])('hides the page behind it from screen readers while it is open: %s', async (opener, closer) => {
    await openResult();
    expect(hidden()).toBe('false');
    await phone.tap(opener);
    expect(hidden()).toBe('true');
    const panel = phone.find('.panel');
    expect([panel.getAttribute('role'), panel.getAttribute('aria-modal')]).toEqual(['dialog', 'true']);
    expect(phone.find('.shown').contains(panel)).toBe(false);
    await phone.tap(closer);
    expect(hidden()).toBe('false');
  });

  it('of consent does as well', async () => {
    await openResult({}, { privacy: 'ask' });
    await phone.tapInMore('保存到相册');
    await phone.until(() => expect(phone.glass()).toContain('不同意'));
    expect(hidden()).toBe('true');
    await phone.tap('不同意');
    expect(hidden()).toBe('false');
  });
});

describe('what the page is made of', () => {
  it('has headings that are headings', async () => {
    await openResult({ confident: false });
    const headings = phone.findAll('[role="heading"]').map((it) => it.textContent);
    expect(headings).toEqual(['没认出来', '也许是', '换个拍法试试']);
  });

  it('has one action in the accent colour', async () => {
    await openResult();
    expect(phone.findAll('.button-primary').map((it) => it.textContent)).toEqual(['再拍一张']);
  });
});

describe('“not this”', () => {
  it('takes one of the names, keeps it, and can be taken back', async () => {
    await openResult();
    await phone.tap('识别有误？');
    await phone.tap('三角龙');
    expect(phone.text('.corrected')).toBe('已更正为 三角龙 triceratops 撤销');
    expect(phone.calls.find(({ name }) => name === 'showToast').args[0].title).toBe('已更正为 三角龙');
    expect(phone.text()).toContain('模型的判断');
    expect(stored().corrected).toEqual({ id: 'n01704323', label: 'triceratops', name: { en: 'triceratops', zh: '三角龙' } });
    await phone.tap('撤销');
    expect(phone.find('.corrected')).toBeNull();
    expect(phone.text('.row-first')).toContain('印度象');
    expect(stored().corrected).toBeNull();
  });

  it('takes a name that is typed', async () => {
    await openResult({ confident: false });
    await phone.tap('识别有误？');
    expect(phone.field()?.maxLength).toBe(40);
    await phone.tap('保存');
    expect(phone.text()).toContain('选择正确的名称');
    await phone.type('  毛绒玩具  ');
    await phone.tap('保存');
    expect(phone.text('.corrected')).toContain('毛绒玩具');
    expect(phone.text()).not.toContain('没认出来');
    expect(stored().corrected).toMatchObject({ id: '', label: '毛绒玩具' });
  });

  it('takes the place of a kind, which comes back when it is taken back', async () => {
    await openResult(CLOCK);
    await phone.tap('识别有误？');
    await phone.tap('挂钟');
    expect(phone.text('.corrected')).toContain('已更正为 挂钟');
    expect(phone.text()).not.toContain('看起来是');
    await phone.tap('撤销');
    expect(phone.text('.notice')).toContain('看起来是钟表');
  });

  it('knows a class by the name that is typed', async () => {
    await openResult();
    await phone.tap('识别有误？');
    await phone.type('Water  Buffalo');
    await phone.tap('保存');
    expect(stored().corrected).toMatchObject({ id: 'n02408429', name: { zh: '水牛' } });
  });

  it('closes without a choice', async () => {
    await openResult();
    await phone.tap('识别有误？');
    await phone.tap('取消');
    expect(phone.field()).toBeNull();
    expect(stored().corrected).toBeNull();
  });

  it('sends nothing without consent', async () => {
    await openResult();
    await phone.tap('识别有误？');
    await phone.tap('三角龙');
    await phone.settle();
    expect(server.received).toEqual([]);
    expect(phone.simulator.kept().storage['corrections-waiting']).toBeUndefined();
  });

  it('with consent goes to the server, with its photo', async () => {
    server.on('POST /corrections', { body: example('correction') });
    await openResult({}, { storage: { 'may-contribute': true } });
    await phone.tap('识别有误？');
    await phone.tap('三角龙');
    await phone.until(() => expect(server.to('/corrections')).toHaveLength(1));
    expect(server.to('/corrections')[0].body).toMatch(/name="label"[\s\S]*n01704323/);
    expect(server.to('/corrections')[0].body).toContain('name="image"');
    await phone.until(() => expect(phone.simulator.kept().storage).not.toHaveProperty('corrections-waiting'));
    expect(phone.simulator.kept().storage['corrections-sent']).toHaveLength(1);
  });
});

describe('the name', () => {
  it('can be copied, the person’s own where there is one', async () => {
    await openResult({ corrected: { id: '', label: '豆豆', name: { en: '豆豆', zh: '豆豆' } } });
    await phone.tapInMore('复制名字');
    expect(phone.calls.find(({ name }) => name === 'setClipboardData').args[0].data).toBe('豆豆');
  });

  it('is copied as the kind where nobody is sure of more', async () => {
    await openResult(CLOCK);
    await phone.tapInMore('复制名字');
    expect(phone.calls.find(({ name }) => name === 'setClipboardData').args[0].data).toBe('钟表');
  });

  it('that could not be copied says so', async () => {
    await openResult({}, { wx: { setClipboardData: ({ fail }) => fail({ errMsg: 'setClipboardData:fail' }) } });
    await phone.tapInMore('复制名字');
    await phone.reads('复制失败');
  });

  it('can be searched by a long press on the photo, and over the viewer by whoever cannot press long', async () => {
    await openResult();
    expect(phone.find('image.photo').hasAttribute('show-menu-by-longpress')).toBe(true);
    await phone.tap('更多');
    await phone.tap(phone.findAll('.choice').find((it) => it.textContent.includes('看大图')));
    expect(phone.calls.find(({ name }) => name === 'previewImage').args[0].urls).toEqual(['wxfile://usr/history/r0.jpg']);
    expect(phone.called('showModal')).toBe(0);
  });
});

describe('deleting', () => {
  it('asks, then the result and its files are gone', async () => {
    await openResult();
    await phone.tapInMore('删除这个结果');
    await phone.tap('取消');
    expect(files()).toHaveLength(2);
    await phone.tapInMore('删除这个结果');
    const [{ confirmColor }] = phone.calls.filter(({ name }) => name === 'showModal').map(({ args }) => args[0]);
    expect(confirmColor).toBe('#d54941');
    await phone.tap('删除');
    await phone.until(() => expect(phone.simulator.pages()).toEqual(['pages/photo/photo']));
    expect(files()).toEqual([]);
    expect(phone.simulator.kept().storage.history).toEqual([]);
  });
});

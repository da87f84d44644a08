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
  it('has its photo, the best name large with the other language, and the others as bars', async () => {
    await openResult();
    expect(phone.find('image.photo').getAttribute('role')).toBeNull();
    expect(phone.page.data.picture).toBe('wxfile://usr/history/r0.jpg');
    expect(phone.text('.row-first')).toMatch(/^印度象 ?Indian elephant 82.7%$/);
    expect(phone.findAll('.row')).toHaveLength(5);
    expect(phone.text()).toContain('由 ResNet50 识别');
    expect(phone.text()).not.toContain('没认出来');
  });

  it('in English has the English name large', async () => {
    await openResult({}, { language: 'en' });
    expect(phone.text('.row-first')).toMatch(/^Indian elephant ?印度象 82.7%$/);
    expect(phone.text()).toContain('Not this?');
    for (const text of phone.findAll('.button')) expect(text.textContent).not.toMatch(/\p{Script=Han}/u);
  });

  it('of which the model is not sure says so, helps, and calls the names guesses', async () => {
    await openResult({ confident: false });
    expect(phone.text()).toContain('没认出来');
    expect(phone.text()).toContain('靠近一点');
    expect(phone.text()).toContain('也许是');
    expect(phone.find('.row-first')).toBeNull();
    expect(phone.findAll('.row')).toHaveLength(5);
  });

  it('of which only the kind is sure says the kind, helps, and calls the names guesses', async () => {
    await openResult(CLOCK);
    expect(phone.text('.notice')).toContain('看起来是钟表 具体是什么还说不准');
    expect(phone.text('.tips')).toContain('靠近一点');
    expect(phone.text()).not.toContain('没认出来');
    expect(phone.find('.row-first')).toBeNull();
    expect(phone.text('.ranking')).toMatch(/指针式时钟.*挂钟.*由 EfficientNetLite0 识别/);
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
    await phone.tap('保存到相册');
    await phone.reads('没有保存成功');
  });

  it('that is not on this phone says so, with a way to the camera', async () => {
    await openResult({}, { query: 'id=other' });
    expect(phone.text()).toContain('这里没有这个结果');
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

describe('“not this”', () => {
  it('takes one of the names, keeps it, and can be taken back', async () => {
    await openResult();
    await phone.tap('不是这个？');
    await phone.tap('三角龙');
    expect(phone.text('.corrected')).toBe('你说这是 三角龙 triceratops 撤销');
    expect(phone.text()).toContain('模型的判断');
    expect(stored().corrected).toEqual({ id: 'n01704323', label: 'triceratops', name: { en: 'triceratops', zh: '三角龙' } });
    await phone.tap('撤销');
    expect(phone.find('.corrected')).toBeNull();
    expect(phone.text('.row-first')).toContain('印度象');
    expect(stored().corrected).toBeNull();
  });

  it('takes a name that is typed', async () => {
    await openResult({ confident: false });
    await phone.tap('不是这个？');
    expect(phone.field()?.maxLength).toBe(40);
    await phone.tap('记住');
    expect(phone.text()).toContain('那它是什么');
    await phone.type('  毛绒玩具  ');
    await phone.tap('记住');
    expect(phone.text('.corrected')).toContain('毛绒玩具');
    expect(phone.text()).not.toContain('没认出来');
    expect(stored().corrected).toMatchObject({ id: '', label: '毛绒玩具' });
  });

  it('takes the place of a kind, which comes back when it is taken back', async () => {
    await openResult(CLOCK);
    await phone.tap('不是这个？');
    await phone.tap('挂钟');
    expect(phone.text('.corrected')).toContain('你说这是 挂钟');
    expect(phone.text()).not.toContain('看起来是');
    await phone.tap('撤销');
    expect(phone.text('.notice')).toContain('看起来是钟表');
  });

  it('knows a class by the name that is typed', async () => {
    await openResult();
    await phone.tap('不是这个？');
    await phone.type('Water  Buffalo');
    await phone.tap('记住');
    expect(stored().corrected).toMatchObject({ id: 'n02408429', name: { zh: '水牛' } });
  });

  it('closes without a choice', async () => {
    await openResult();
    await phone.tap('不是这个？');
    await phone.tap('取消');
    expect(phone.field()).toBeNull();
    expect(stored().corrected).toBeNull();
  });

  it('sends nothing without consent', async () => {
    await openResult();
    await phone.tap('不是这个？');
    await phone.tap('三角龙');
    await phone.settle();
    expect(server.received).toEqual([]);
    expect(phone.simulator.kept().storage['corrections-waiting']).toBeUndefined();
  });

  it('with consent goes to the server, with its photo', async () => {
    server.on('POST /corrections', { body: example('correction') });
    await openResult({}, { storage: { 'may-contribute': true } });
    await phone.tap('不是这个？');
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
    await phone.tap('复制名字');
    expect(phone.calls.find(({ name }) => name === 'setClipboardData').args[0].data).toBe('豆豆');
  });

  it('is copied as the kind where nobody is sure of more', async () => {
    await openResult(CLOCK);
    await phone.tap('复制名字');
    expect(phone.calls.find(({ name }) => name === 'setClipboardData').args[0].data).toBe('钟表');
  });

  it('can be looked up: it is copied, and where to paste it is said', async () => {
    await openResult();
    await phone.tap('搜一搜');
    await phone.until(() => expect(phone.glass()).toContain('“印度象”已经复制'));
    expect(phone.calls.find(({ name }) => name === 'setClipboardData').args[0].data).toBe('印度象');
    await phone.tap('知道了');
  });

  it('that could not be copied says so', async () => {
    await openResult({}, { wx: { setClipboardData: ({ fail }) => fail({ errMsg: 'setClipboardData:fail' }) } });
    await phone.tap('搜一搜');
    await phone.reads('没有复制成功');
    expect(phone.called('showModal')).toBe(0);
  });
});

describe('deleting', () => {
  it('asks, then the result and its files are gone', async () => {
    await openResult();
    await phone.tap('删除这个结果');
    await phone.tap('不删');
    expect(files()).toHaveLength(2);
    await phone.tap('删除这个结果');
    await phone.tap('删除');
    await phone.until(() => expect(phone.simulator.pages()).toEqual(['pages/photo/photo']));
    expect(files()).toEqual([]);
    expect(phone.simulator.kept().storage.history).toEqual([]);
  });
});

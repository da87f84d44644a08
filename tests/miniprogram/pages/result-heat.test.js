import { describe, expect, it } from 'vitest';
import { explains, explainsOne, later } from '../replies.js';
import { problem } from '../server.js';
import { example } from '../sources.js';
import { aroundEachTest, open, phone, server } from './around.js';
import { TRUSTING } from './phone.js';
import { past, RESULT } from './past.js';

aroundEachTest({
  answers: { 'POST /explain': explains },
  phone: { ...TRUSTING, ...RESULT, ...past([{}]) },
});

/** @param {string} name @returns {HTMLElement} the name as it can be tapped */
const nameButton = (name) => phone.findAll('.name-button').find((it) => it.textContent.includes(name));

describe('the heat map', () => {
  it('of a name is asked for by its class and drawn; a second tap puts it away', async () => {
    await open();
    await phone.tap(nameButton('长牙象'));
    await phone.reads('高亮处是判断为“长牙象”');
    const [request] = server.to('/explain');
    expect(request.query.getAll('label')).toEqual(['n02504013', 'n02504458', 'n01871265']);
    expect(request.headers.accept).toBe('application/json');
    expect(phone.find('.heat-off')).toBeNull();
    const { calls } = phone.find('canvas.heat').__node;
    expect(calls.filter(([name]) => name === 'putImageData')).toHaveLength(1);
    expect(calls.filter(([name]) => name === 'fillRect')).toEqual([]);
    expect(nameButton('长牙象').getAttribute('aria-pressed')).toBe('true');
    await phone.tap(nameButton('长牙象'));
    expect(phone.find('.heat-off')).not.toBeNull();
    expect(phone.text()).not.toContain('高亮处是判断为');
  });

  it('is put away by a tap on the photo or the button', async () => {
    await open();
    for (const way of ['.frame', '收起']) {
      await phone.tap(nameButton('印度象'));
      await phone.reads('高亮处是判断为');
      await phone.tap(way);
      expect(phone.find('.heat-off')).not.toBeNull();
    }
    expect(phone.called('previewImage')).toBe(0);
  });

  it('of all names takes one upload, whichever are tapped', async () => {
    await open();
    expect(phone.text('.more')).toBe('还有 1 个不太像的');
    await phone.tap('.more');
    for (const name of ['印度象', '长牙象', '非洲象', '印度象']) {
      await phone.tap(nameButton(name));
      await phone.reads(`判断为“${name}”`);
    }
    expect(server.to('/explain')).toHaveLength(1);
  });

  it('of an older server takes one upload for each name', async () => {
    server.on('POST /explain', explainsOne);
    await open();
    for (const name of ['印度象', '长牙象', '印度象']) {
      await phone.tap(nameButton(name));
      await phone.reads(`判断为“${name}”`);
    }
    expect(server.to('/explain').map(({ query }) => query.getAll('label').at(-1))).toEqual(['n02504013', 'n01871265']);
  });

  it('is asked for alone where one of the other names is gone by now', async () => {
    server.on('POST /explain', (request) =>
      request.query.getAll('label').length > 1 ? problem('problem', { code: 'not-found', status: 404 }) : explains(request));
    await open();
    await phone.tap(nameButton('长牙象'));
    await phone.reads('判断为“长牙象”');
    expect(server.to('/explain').map(({ query }) => query.getAll('label').length)).toEqual([3, 1]);
  });

  it('shows through as much as the slider says, without being drawn again', async () => {
    await open();
    await phone.tap(nameButton('印度象'));
    await phone.reads('高亮处是判断为');
    const heat = phone.find('canvas.heat');
    expect(heat.style.opacity).toBe('0.75');
    const range = phone.find('slider').querySelector('input');
    range.value = '20';
    range.dispatchEvent(new phone.window.Event('input', { bubbles: true }));
    await phone.until(() => expect(heat.style.opacity).toBe('0.2'));
    expect(heat.__node.calls.filter(([name]) => name === 'putImageData')).toHaveLength(1);
  });

  it('stays explained while other things are done', async () => {
    await open();
    await phone.tap(nameButton('印度象'));
    await phone.reads('判断为“印度象”');
    await phone.tapInMore('复制名字');
    await phone.until(() => expect(phone.glass()).toContain('内容已复制'));
    expect(phone.text('.note')).toContain('判断为“印度象”');
  });

  it('that is on its way says so, and serves the name that is tapped meanwhile', async () => {
    let received = () => {};
    const arrived = new Promise((resolve) => (received = resolve));
    const { reply, send } = later({});
    server.on('POST /explain', async (request) => {
      received(undefined);
      await reply();
      return explains(request);
    });
    await open();
    await phone.tap(nameButton('印度象'));
    await phone.reads('正在分析“印度象”');
    expect(phone.find('.sweep')).not.toBeNull();
    await arrived;
    await phone.tap(nameButton('长牙象'));
    await phone.reads('正在分析“长牙象”');
    send();
    await phone.reads('判断为“长牙象”');
    expect(server.to('/explain')).toHaveLength(1);
    expect(phone.find('.sweep')).toBeNull();
  });

  it('that is on its way is called off by a second tap', async () => {
    server.on('POST /explain', { instead: 'hang' });
    await open();
    await phone.tap(nameButton('印度象'));
    await phone.tap(nameButton('印度象'));
    await phone.settle();
    expect(phone.find('.sweep')).toBeNull();
    expect(phone.text()).not.toContain('正在分析');
    expect(phone.text()).not.toContain('已取消');
  });

  it('that was called off while it was drawn stays away', async () => {
    await open();
    const [row] = phone.page.data.rows;
    phone.page.setData({ looked: row.id });
    const drawn = phone.page.showHeat(JSON.parse(example('explanation')), row);
    phone.page.unlook();
    await drawn;
    expect(phone.find('.heat-off')).not.toBeNull();
    expect(phone.text()).not.toContain('高亮处是判断为');
  });

  /** @type {[string, import('../server.js').Reply, string][]} */
  const failures = [
    ['a server without a model', { status: 503, body: { ...JSON.parse(example('problem')), code: 'model-unavailable' } }, '识别服务暂不可用'],
    ['a model without this class', { status: 400, body: { ...JSON.parse(example('problem')), code: 'request-invalid' } }, '识别模型已更换'],
    ['an answer of another form', { body: { success: true, grid: [] } }, '响应异常'],
    ['rows of different lengths', { body: { ...JSON.parse(example('explanation')), grid: [[0, 1], [0]] } }, '响应异常'],
  ];

  it.each(failures)('is missed with a sentence: %s', async (_, reply, sentence) => {
    let fails = true;
    server.on('POST /explain', (request) => (fails ? reply : explains(request)));
    await open();
    await phone.tap(nameButton('印度象'));
    await phone.reads(sentence);
    expect(phone.find('.heat-off')).not.toBeNull();
    fails = false;
    await phone.tap(nameButton('印度象'));
    await phone.reads('高亮处是判断为');
  });

  it('without a network is missed with a sentence, and the names stay', async () => {
    await open();
    phone.simulator.network('none');
    await phone.tap(nameButton('印度象'));
    await phone.reads('没有网络');
    expect(phone.findAll('.row')).toHaveLength(2);
  });

  it('that is missed is told in English with English punctuation', async () => {
    await open({ language: 'en' });
    phone.simulator.network('none');
    await phone.tap(nameButton('Indian elephant'));
    await phone.reads('No network: The phone is offline.');
  });

  it('without a server is missed at once', async () => {
    await open({ envVersion: 'release' });
    await phone.tap(nameButton('印度象'));
    await phone.reads('识别服务还没有开通');
    expect(phone.called('uploadFile')).toBe(0);
  });
});

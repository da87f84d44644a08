import { describe, expect, it } from 'vitest';
import { example } from '../sources.js';
import { aroundEachTest, open, phone, server } from './around.js';
import { TRUSTING } from './phone.js';
import { past, RESULT } from './past.js';

aroundEachTest({
  answers: { 'POST /explain': { body: example('explanation') } },
  phone: { ...TRUSTING, ...RESULT, ...past([{}]) },
});

/** @param {string} name @returns {HTMLElement} the name as it can be tapped */
const nameButton = (name) => phone.findAll('.name-button').find((it) => it.textContent.includes(name));

describe('the heat map', () => {
  it('of a name is asked for by its class and drawn; a second tap puts it away', async () => {
    await open();
    await phone.tap(nameButton('长牙象'));
    await phone.reads('越亮的地方，越像“长牙象”');
    const [request] = server.to('/explain');
    expect(phone.calls.find(({ name }) => name === 'uploadFile').args[0].url).toMatch(/\/explain\?label=n01871265$/);
    expect(request.headers.accept).toBe('application/json');
    expect(phone.find('.heat-off')).toBeNull();
    const { calls } = phone.find('canvas.heat').__node;
    expect(calls.filter(([name]) => name === 'fillRect').length).toBeGreaterThan(1000);
    expect(nameButton('长牙象').getAttribute('aria-pressed')).toBe('true');
    await phone.tap(nameButton('长牙象'));
    expect(phone.find('.heat-off')).not.toBeNull();
    expect(phone.text()).not.toContain('越亮的地方');
  });

  it('is put away by a tap on the photo or the button', async () => {
    await open();
    for (const way of ['.frame', '收起']) {
      await phone.tap(nameButton('印度象'));
      await phone.reads('越亮的地方');
      await phone.tap(way);
      expect(phone.find('.heat-off')).not.toBeNull();
    }
    expect(phone.called('previewImage')).toBe(0);
  });

  it('is asked for once a session for each name', async () => {
    await open();
    for (const name of ['印度象', '长牙象', '印度象']) {
      await phone.tap(nameButton(name));
      await phone.reads(`越像“${name}”`);
    }
    expect(server.to('/explain')).toHaveLength(2);
  });

  it('shows through as much as the slider says', async () => {
    await open();
    await phone.tap(nameButton('印度象'));
    await phone.reads('越亮的地方');
    const { calls } = phone.find('canvas.heat').__node;
    const strongest = () => Math.max(...calls.filter(([name]) => name === 'globalAlpha =').map(([, alpha]) => alpha).slice(-6000, -1));
    expect(strongest()).toBeCloseTo(0.75, 1);
    const range = phone.find('slider').querySelector('input');
    range.value = '20';
    range.dispatchEvent(new phone.window.Event('input', { bubbles: true }));
    await phone.until(() => expect(strongest()).toBeCloseTo(0.2, 1));
  });

  it('that is on its way says so, and another name takes its place', async () => {
    let send = () => {};
    const asked = new Promise((resolve) => (send = () => resolve({ body: example('explanation') })));
    server.on('POST /explain', () => asked, { body: example('explanation') });
    await open();
    await phone.tap(nameButton('印度象'));
    await phone.reads('正在找照片里像“印度象”的地方');
    expect(phone.find('.sweep')).not.toBeNull();
    await phone.until(() => expect(server.to('/explain')).toHaveLength(1));
    await phone.tap(nameButton('长牙象'));
    await phone.reads('越像“长牙象”');
    send();
    await phone.settle();
    expect(phone.text()).not.toContain('越像“印度象”');
    expect(phone.find('.sweep')).toBeNull();
  });

  it('that is on its way is called off by a second tap', async () => {
    server.on('POST /explain', { instead: 'hang' });
    await open();
    await phone.tap(nameButton('印度象'));
    await phone.tap(nameButton('印度象'));
    await phone.settle();
    expect(phone.find('.sweep')).toBeNull();
    expect(phone.text()).not.toContain('正在找');
    expect(phone.text()).not.toContain('已取消');
  });

  it('that was called off while it was drawn stays away', async () => {
    await open();
    const task = { cancel() {} };
    phone.page.explaining = task;
    const drawn = phone.page.showHeat(task, JSON.parse(example('explanation')), '印度象');
    phone.page.unlook();
    await drawn;
    expect(phone.find('.heat-off')).not.toBeNull();
    expect(phone.text()).not.toContain('越亮的地方');
  });

  /** @type {[string, import('../server.js').Reply, string][]} */
  const failures = [
    ['a server without a model', { status: 503, body: { ...JSON.parse(example('problem')), code: 'model-unavailable' } }, '识别服务暂不可用'],
    ['a model without this class', { status: 400, body: { ...JSON.parse(example('problem')), code: 'request-invalid' } }, '识别模型已更换'],
    ['an answer of another form', { body: { success: true, grid: [] } }, '看不懂回答'],
    ['rows of different lengths', { body: { ...JSON.parse(example('explanation')), grid: [[0, 1], [0]] } }, '看不懂回答'],
  ];

  it.each(failures)('is missed with a sentence: %s', async (_, reply, sentence) => {
    server.on('POST /explain', reply, { body: example('explanation') });
    await open();
    await phone.tap(nameButton('印度象'));
    await phone.reads(sentence);
    expect(phone.find('.heat-off')).not.toBeNull();
    await phone.tap(nameButton('印度象'));
    await phone.reads('越亮的地方');
  });

  it('without a network is missed with a sentence, and the names stay', async () => {
    await open();
    phone.simulator.network('none');
    await phone.tap(nameButton('印度象'));
    await phone.reads('没有网络');
    expect(phone.findAll('.row')).toHaveLength(5);
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

import { describe, expect, it } from 'vitest';
import { aroundEachTest, open, phone, restart, server } from '../pages/around.js';
import { TRUSTING } from '../pages/phone.js';
import { READY, SETTINGS } from '../pages/settings-phone.js';
import { example } from '../sources.js';
import { modelOf, offer, parts, sessions } from './model.js';

const ADDRESS = 'http://127.0.0.1:5000';
const PAGE = 'offline/settings/settings';
const MODEL = modelOf();
/** What the photo page heard from the server. */
const ABLE = { fit: { server: ADDRESS, fit: 'crop', teaching: false, offline: true } };
const INSTALLED = { offline: { server: ADDRESS, installed: MODEL.description, wanted: null } };
const RUNS = { wx: { createInferenceSession: sessions() } };

const toggle = () => phone.find('switch');
const isOn = () => phone.page.data.on;
const network = (/** @type {string} */ status) => phone.simulator.network(status);

aroundEachTest({ answers: SETTINGS.answers, phone: TRUSTING });

describe('the settings', () => {
  const page = 'pages/settings/settings';

  it.each([
    ['a server that offers a model', { storage: ABLE }, true],
    ['a model that is here', { storage: INSTALLED }, true],
    ['another server', { storage: { fit: { ...ABLE.fit, server: 'http://other' } } }, false],
    ['a server without one', {}, false],
    ['a phone that runs none', { storage: ABLE, sdkVersion: '2.29.2' }, false],
  ])('lead to it beside %s: %#', async (_, options, shown) => {
    await open({ page, ...options });
    expect(phone.text().includes('离线识别')).toBe(shown);
  });

  it('say whether it is on, and open its page', async () => {
    await open({ page, storage: { ...ABLE, ...INSTALLED } });
    expect(phone.row('离线识别')).toBe('已开启');
    server.on('GET /on-device', { body: MODEL.description });
    await phone.tap(phone.findAll('.row-action').find((row) => row.textContent === '离线识别'));
    expect(phone.page.route).toBe(PAGE);
    await phone.until(() => expect(phone.page.data.known).toBe(true));
  });

  it('do not open it without a network, before it was ever fetched', async () => {
    await open({ page, storage: ABLE });
    network('none');
    await expect(phone.simulator.call('navigateTo', { url: `/${PAGE}` })).rejects.toMatchObject({ errMsg: /subpackage/ });
  });
});

describe('the switch', () => {
  const usual = { page: PAGE, ...RUNS };

  it('tells the size before, and asks where bytes cost money', async () => {
    offer(server, MODEL);
    await open(usual);
    await phone.reads('需要下载一次模型（2.0 MB），建议使用 Wi-Fi。');
    network('4g');
    await phone.tap(toggle());
    expect(phone.glass()).toContain('当前不是 Wi-Fi，下载模型会使用约 2.0 MB 流量。');
    await phone.tap('取消');
    expect(isOn()).toBe(false);
    expect(server.to('/models/Lite.onnx')).toEqual([]);
    await phone.tap(toggle());
    await phone.tap('下载');
    await phone.reads('Lite7');
    expect(isOn()).toBe(true);
  });

  it('needs no question on Wi-Fi; switching off does, and deletes', async () => {
    offer(server, MODEL);
    await open(usual);
    await phone.reads('2.0 MB');
    await phone.tap(toggle());
    await phone.reads('Lite7');
    await phone.tap(toggle());
    expect(phone.glass()).toContain('模型会从手机删除，释放 2.0 MB。');
    await phone.tap('取消');
    expect(isOn()).toBe(true);
    await phone.tap(toggle());
    await phone.tap('关闭');
    await phone.until(() => expect(Object.keys(phone.kept().files).filter((path) => /offline\/./.test(path))).toEqual([]));
    expect(isOn()).toBe(false);
    expect(phone.stored()).not.toHaveProperty('offline');
  });

  it('shows how far a download is; cancelled, it is off', async () => {
    offer(server, MODEL);
    server.on('GET /models/Lite.onnx', parts(MODEL.onnx), { instead: 'hang' });
    await open(usual);
    await phone.reads('2.0 MB');
    await phone.tap(toggle());
    await phone.reads('0.8 MB / 2.0 MB');
    expect(phone.named('已下载 39%')).not.toBeNull();
    await phone.tap('取消下载');
    expect(isOn()).toBe(false);
    await phone.reads('需要下载一次模型');
  });

  it('says why a download stopped, and goes on after a restart', async () => {
    offer(server, MODEL);
    server.on('GET /models/Lite.onnx', parts(MODEL.onnx), { status: 502, type: 'text/html' });
    await open(usual);
    await phone.reads('2.0 MB');
    await phone.tap(toggle());
    await phone.reads('尚未完成');
    expect(phone.text()).toContain('服务暂不可用');
    await restart(usual);
    await phone.reads('0.8 MB / 2.0 MB');
    expect(phone.text()).not.toContain('服务暂不可用');
    offer(server, MODEL);
    await phone.tap('继续下载');
    await phone.reads('Lite7');
  });

  it('offers a newer model, and uses the one it has meanwhile', async () => {
    const newer = modelOf(8);
    offer(server, newer);
    await open({ ...usual, storage: INSTALLED });
    await phone.reads('更新模型（2.0 MB）');
    await phone.tap(phone.findAll('.row-action').at(-1));
    await phone.reads('Lite8');
    expect(phone.text()).not.toContain('更新模型');
    expect(phone.stored().offline.installed).toEqual(newer.description);
  });

  it.each([
    ['model-not-exported', '暂不提供离线识别'],
    ['on-device-off', '暂不提供离线识别'],
    ['internal', '服务'],
  ])('cannot be switched on where the server answers %s', async (code, said) => {
    const body = { ...JSON.parse(example('problem')), code };
    server.on('GET /on-device', { status: 500, body }, { body: MODEL.description });
    await open(usual);
    await phone.reads(said);
    expect(phone.page.data.download).toBe('');
    await phone.tap('重试');
    await phone.reads('需要下载一次模型');
  });

  it.each([
    ['an older WeChat', { sdkVersion: '2.29.2' }],
    ['no engine', { wx: { getInferenceEnvInfo: ({ fail }) => fail({ errMsg: 'getInferenceEnvInfo:fail not supported' }) } }],
  ])('is not there on a phone with %s', async (_, options) => {
    await open({ page: PAGE, ...options });
    expect(phone.text()).toContain('这台手机不支持离线识别');
    expect(toggle()).toBeNull();
  });
});

describe('a photo, while the server cannot be reached', () => {
  const files = {
    [`wxfile://usr/offline/${MODEL.description.labels.sha256.slice(0, 16)}.json`]: MODEL.labels,
    [`wxfile://usr/offline/${MODEL.description.onnx.sha256.slice(0, 16)}.onnx`]: MODEL.onnx,
  };
  /** A canvas whose picture is grey: jsdom decodes none. */
  const createOffscreenCanvas = () => {
    const image = { width: 8, height: 8, onload() {}, set src(_) { setTimeout(() => image.onload()); } };
    const data = new Uint8ClampedArray(4 * 64 * 64).fill(128);
    return { createImage: () => image, getContext: () => ({ drawImage() {}, getImageData: () => ({ data }) }) };
  };
  const able = (how) => ({ storage: INSTALLED, files, wx: { createOffscreenCanvas, createInferenceSession: sessions(how) } });

  async function shoot() {
    await phone.until(() => expect(phone.find('.shutter')?.getAttribute('aria-disabled')).toBe('false'));
    await phone.tap('.shutter');
  }

  it('is named on the phone, says so, and offers neither heat maps nor teaching', async () => {
    server.on('GET /readyz', { body: { ...READY, teaching: true, on_device: true } });
    await open(able());
    await phone.until(() => expect(phone.stored().fit).toMatchObject({ teaching: true, offline: true }));
    network('none');
    await shoot();
    await phone.reads('离线识别，不含教过的东西');
    expect(phone.page.route).toBe('pages/result/result');
    expect(phone.text()).toContain('dog猫');
    expect(phone.text()).not.toContain('点名称，查看识别依据');
    expect(phone.page.data).toMatchObject({ sure: true, teaching: false, mayEcho: false });
    await phone.tap('.name-button');
    expect(phone.page.data.looked).toBe('');
    const [stored] = phone.stored().history;
    expect(stored).toMatchObject({ offline: true, confident: true, model: { name: 'Lite7' } });
    expect(stored.predictions.map(({ label }) => label)).toEqual(['dog', 'cat', 'bee']);
    expect(server.to('/predict')).toEqual([]);
  });

  it('is sent again once there is a network', async () => {
    await open(able());
    network('none');
    await shoot();
    await phone.reads('离线识别，不含教过的东西');
    network('wifi');
    await phone.tap('再拍一张');
    await shoot();
    await phone.until(() => expect(server.to('/predict')).toHaveLength(1));
    await phone.reads('点名称，查看识别依据');
    expect(phone.stored().history[0].offline).toBe(false);
  });

  it('that was named on the phone goes to the server if the user wants it', async () => {
    await open(able());
    network('none');
    await shoot();
    await phone.reads('离线识别，不含教过的东西');
    network('wifi');
    await phone.tapInMore('联网重新识别');
    await phone.until(() => expect(server.to('/predict')).toHaveLength(1));
    await phone.reads('点名称，查看识别依据');
    expect(phone.stored().history.map(({ offline }) => offline)).toEqual([false, true]);
    await phone.tap('更多');
    expect(phone.glass()).not.toContain('联网重新识别');
  });

  it.each([
    ['it is off', { storage: {} }],
    ['the model does not run', able({ fails: true })],
    ['its files are gone', { ...able(), files: {} }],
  ])('waits as before if %s', async (_, options) => {
    await open(options);
    network('none');
    await shoot();
    await phone.until(() => expect(phone.page.data.notice?.title).toBe('没有网络'));
    network('wifi');
    await phone.until(() => expect(server.to('/predict')).toHaveLength(1));
    await phone.until(() => expect(phone.page.route).toBe('pages/result/result'));
  });

  it('that the server refuses is not named on the phone', async () => {
    server.on('POST /predict', { status: 415, body: { ...JSON.parse(example('problem')), code: 'image-format-unsupported', status: 415 } });
    await open(able());
    await shoot();
    await phone.until(() => expect(phone.page.data.notice).not.toBeNull());
    expect(phone.page.route).toBe('pages/photo/photo');
  });
});

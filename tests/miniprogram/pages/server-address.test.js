import { describe, expect, it } from 'vitest';
import { example } from '../sources.js';
import { startServer } from '../server.js';
import { aroundEachTest, open, phone, server } from './around.js';
import { TRUSTING } from './phone.js';

aroundEachTest({
  answers: { 'POST /predict': { body: example('predictions') }, 'GET /readyz': { body: example('ready') } },
  // A person gives the address, or nobody does.
  phone: { ...TRUSTING, server: undefined },
});

const ON_A_PHONE = {
  getDeviceInfo: () => ({ platform: 'android', brand: 'x', model: 'x', system: 'Android 15' }),
};

/** @returns {unknown} what is stored on the phone */
function stored() {
  const text = phone.window.localStorage.getItem('simulator:server-address');
  return text && JSON.parse(text).data;
}

describe('while developing', () => {
  it('the address can be tried, stored and is used', async () => {
    await open();
    await phone.tap('打开设置');
    expect(phone.text()).toContain('默认是 http://127.0.0.1:5000');
    await phone.type(` ${server.address}/ `);
    await phone.tap('测试连接');
    await phone.reads('连接成功，模型：ResNet50');
    await phone.tap('保存');
    expect(phone.text()).toContain('已保存');
    expect(stored()).toBe(server.address);
    await phone.back();
    await phone.tap('拍照');
    await phone.reads('印度象');
    expect(server.to('/predict')).toHaveLength(1);
  });

  it('a server that awaits its model is connected, and its model is followed', async () => {
    server.on('GET /readyz', { body: example('ready-standing-in') }, { body: example('ready') });
    await open();
    await phone.tap('打开设置');
    await phone.type(server.address);
    await phone.tap('测试连接');
    await phone.reads('连接成功，模型：EfficientNetLite0 先由内置模型识别；ResNet50 下载中 34%');
    await phone.reads('连接成功，模型：ResNet50');
    expect(phone.text()).not.toContain('先由内置模型识别');
  });

  it('what was said about another address is gone once the address is edited', async () => {
    server.on('GET /readyz', { body: example('ready-standing-in') });
    await open();
    await phone.tap('打开设置');
    await phone.type(server.address);
    await phone.tap('测试连接');
    await phone.reads('ResNet50 下载中 34%');
    await phone.type('http://192.168.1.5');
    expect(phone.text()).not.toContain('连接成功');
    expect(phone.text()).not.toContain('下载中');
  });

  it('an address that was stored is there the next time, and the default comes back', async () => {
    await open({ storage: { 'server-address': server.address } });
    await phone.tap('打开设置');
    expect(phone.field()?.value).toBe(server.address);
    await phone.tap('恢复默认');
    expect(stored()).toBeNull();
    expect(phone.field()?.value).toBe('http://127.0.0.1:5000');
  });

  it('what is no address is refused with a word, and nothing is stored', async () => {
    await open();
    await phone.tap('打开设置');
    await phone.type('你好');
    await phone.tap('保存');
    expect(phone.text()).toContain('这不像一个地址');
    expect(stored()).toBeNull();
    const before = phone.called('request');
    await phone.tap('测试连接');
    expect(phone.called('request')).toBe(before);
  });

  it('the test says why it failed', async () => {
    server.on('GET /readyz', { status: 503, body: example('problem-loading') });
    await open();
    await phone.tap('打开设置');
    await phone.type(server.address);
    await phone.tap('测试连接');
    await phone.reads('服务还在启动');
    server.on('GET /readyz', { status: 404, type: 'text/html', body: 'x' });
    await phone.tap('测试连接');
    await phone.reads('地址不对');
  });

  it('an answer about an address that was edited since never shows', async () => {
    let send = () => {};
    const asked = new Promise((resolve) => (send = () => resolve({ body: example('ready') })));
    server.on('GET /readyz', () => asked);
    await open();
    await phone.tap('打开设置');
    await phone.type(server.address);
    await phone.tap('测试连接');
    await phone.until(() => expect(server.to('/readyz')).toHaveLength(1));
    await phone.type('http://192.168.1.5:5000');
    send();
    await phone.settle();
    expect(phone.text()).not.toContain('连接成功');
  });

  it('going back without saving changes nothing', async () => {
    await open();
    await phone.tap('打开设置');
    await phone.type(server.address);
    await phone.back();
    expect(stored()).toBeNull();
  });

  it('a photo that failed at one address goes to the next', async () => {
    const wrong = await startServer();
    await open({ storage: { 'server-address': wrong.address } });
    await phone.tap('拍照');
    await phone.reads('地址不对');
    await phone.tap('改服务器地址');
    await phone.type(server.address);
    await phone.tap('保存');
    await phone.back();
    await phone.reads('印度象');
    await wrong.close();
  });

  it('on a phone 127.0.0.1 is explained, at once, in the settings and after a failure', async () => {
    const uploadFile = ({ fail }) => (fail({ errMsg: 'uploadFile:fail connect' }), { abort() {}, onProgressUpdate() {} });
    await open({ wx: { ...ON_A_PHONE, uploadFile } });
    expect(phone.text()).toContain('手机上的 127.0.0.1 是手机自己');
    await phone.tap('.banner');
    expect(phone.text()).toContain('例如 http://192.168.1.5:5000');
    await phone.type('http://192.168.1.5:5000');
    expect(phone.text()).not.toContain('例如 http://192.168.1.5:5000');
    await phone.back();
    await phone.tap('拍照');
    await phone.reads('请填电脑在局域网里的地址');
  });

  it('in DevTools 127.0.0.1 needs no explanation', async () => {
    await open();
    expect(phone.find('.banner')).toBeNull();
  });
});

describe('a release', () => {
  const LAN = 'http://192.168.1.5:5000';

  it('that never got an address says so to its users, sends nothing, and speaks to no developer', async () => {
    await open({ envVersion: 'release' });
    expect(phone.text()).toContain('识别服务还没有开通');
    await phone.tap('拍照');
    await phone.reads('暂时不能识别，请过一阵再来。 换一张');
    expect(phone.text()).not.toMatch(/改服务器地址|开发者|config/);
    expect(phone.called('uploadFile')).toBe(0);
  });

  it('in English says the same', async () => {
    await open({ envVersion: 'release', language: 'en' });
    expect(phone.text()).toContain('Recognition is not available yet');
    expect(phone.text()).not.toMatch(/developer|config/i);
  });

  it.each(['http://recognise.example.com', 'https://8.8.8.8', 'http://127.0.0.1:5000'])('takes no address from a stored %s', async (address) => {
    await open({ envVersion: 'release', storage: { 'server-address': address } });
    await phone.tap('拍照');
    await phone.reads('识别服务还没有开通');
    expect(phone.called('uploadFile')).toBe(0);
    await phone.tap('再拍一张');
    await phone.tap('打开设置');
    expect(phone.field()?.value).toBe('');
  });

  it('refuses a public address that is typed or scanned, with a sentence', async () => {
    await open({ envVersion: 'release', page: 'pages/settings/settings' });
    expect(phone.text()).not.toContain('默认是');
    await phone.type('https://recognise.example.com');
    for (const button of ['测试连接', '保存']) {
      await phone.tap(button);
      expect(phone.text('.finding')).toContain('只能填局域网里的地址');
      await phone.type('https://recognise.example.com');
    }
    phone.simulator.scan('https://recognise.example.com');
    await phone.tap('扫码');
    expect(phone.text('.finding')).toContain('只能填局域网里的地址');
    expect(stored()).toBeNull();
    expect(phone.called('request')).toBe(0);
  });

  it('uses an address of the local network', async () => {
    const uploadFile = ({ fail }) => (fail({ errMsg: 'uploadFile:fail connect' }), { abort() {}, onProgressUpdate() {} });
    const request = ({ fail }) => (fail({ errMsg: 'request:fail connect' }), { abort() {} });
    await open({ envVersion: 'release', wx: { uploadFile, request } });
    await phone.tap('打开设置');
    await phone.type(LAN);
    await phone.tap('保存');
    expect(stored()).toBe(LAN);
    await phone.back();
    expect(phone.find('.banner')).toBeNull();
    await phone.tap('拍照');
    await phone.reads('改服务器地址');
    expect(phone.calls.find(({ name }) => name === 'uploadFile').args[0].url).toBe(`${LAN}/predict`);
  });
});

it('a trial version without an address lets a person set one', async () => {
  await open({ envVersion: 'trial' });
  expect(phone.text()).toContain('还没有设置服务器地址');
  await phone.tap('.banner');
  await phone.type(server.address);
  await phone.tap('保存');
  await phone.back();
  expect(phone.text()).not.toContain('还没有设置服务器地址');
  await phone.tap('拍照');
  await phone.reads('印度象');
});

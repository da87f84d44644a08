import { describe, expect, it } from 'vitest';
import { example } from '../sources.js';
import { startServer } from '../server.js';
import { aroundEachTest, open, phone, restart, server } from './around.js';
import { SETTINGS } from './settings-phone.js';

// The address is what the code brings.
aroundEachTest({ ...SETTINGS, phone: { ...SETTINGS.phone, server: undefined } });

describe('an address out of a code', () => {
  it('is tried, used and survives a restart', async () => {
    await open();
    phone.simulator.scan(server.address);
    await phone.tap('扫码');
    await phone.reads('连接成功，模型：ResNet50 已保存');
    expect(phone.field()?.value).toBe(server.address);
    expect(phone.calls.find(({ name }) => name === 'scanCode')?.args[0]).toMatchObject({
      onlyFromCamera: false,
      scanType: ['qrCode'],
    });
    await restart();
    expect(phone.field()?.value).toBe(server.address);
    await phone.until(() => expect(phone.row('识别模型')).toBe('ResNet50'));
  });

  it('is used while the model there still loads', async () => {
    server.on('GET /readyz', { status: 503, body: example('problem-loading') });
    await open();
    phone.simulator.scan(`${server.address}/`);
    await phone.tap('扫码');
    await phone.reads('服务还在启动');
    expect(phone.stored()['server-address']).toBe(server.address);
  });

  it('that nobody answers at stands in the field, and is not used unless it is saved', async () => {
    const gone = await startServer();
    await gone.close();
    await open();
    phone.simulator.scan(gone.address);
    await phone.tap('扫码');
    await phone.reads('没连上');
    expect(phone.stored()).not.toHaveProperty('server-address');
    await phone.tap('保存');
    expect(phone.stored()['server-address']).toBe(gone.address);
  });

  it.each(['https://', 'WIFI:T:WPA;S:home;P:secret;;', '192.168.1.5:5000', 'http://u.example/a?b=c', ''])(
    'that is none is refused with a sentence: %s',
    async (code) => {
      await open();
      phone.simulator.scan(code);
      await phone.tap('扫码');
      expect(phone.text()).toContain('这个码里没有服务器地址');
      expect(phone.field()?.value).toBe('http://127.0.0.1:5000');
      expect(phone.stored()).not.toHaveProperty('server-address');
    },
  );

  it('nothing is said where the person goes back, and a word where the camera fails', async () => {
    await open();
    const before = phone.text();
    phone.simulator.scan(null);
    await phone.tap('扫码');
    expect(phone.text()).toBe(before);
    phone.simulator.fail('scanCode', 'scan:fail no camera');
    await phone.tap('扫码');
    expect(phone.text()).toContain('没能扫码');
  });

  it('that does not fit on the phone leaves the old one', async () => {
    await open();
    await phone.type('http://192.168.1.5:5000');
    phone.simulator.storageFull(true);
    await phone.tap('保存');
    expect(phone.text()).toContain('手机存不下这个地址');
  });
});

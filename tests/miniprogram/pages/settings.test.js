import { describe, expect, it } from 'vitest';
import { later } from '../replies.js';
import { startServer } from '../server.js';
import { aroundEachTest, open, phone, server } from './around.js';
import { READY, SETTINGS, STANDING_IN } from './settings-phone.js';

aroundEachTest(SETTINGS);

describe('privacy and permissions', () => {
  it('what happens to photos and data stands on a sheet, which alone is read out until it is closed', async () => {
    await open();
    expect(phone.text()).not.toContain('照片会发送到');
    await phone.tap('照片和数据怎样使用');
    expect(phone.text()).toContain('照片会发送到');
    expect(phone.text()).toContain('看看服务器收到的图');
    expect(phone.find('scroll-view').getAttribute('aria-hidden')).toBe('true');
    expect(phone.find('.heading').closest('[aria-hidden="true"]')).toBeNull();
    await phone.tap('知道了');
    expect(phone.find('.paragraph')).toBeNull();
    expect(phone.find('scroll-view').getAttribute('aria-hidden')).toBe('false');
  });

  it('the release says nothing of what developers alone can do', async () => {
    await open({ envVersion: 'release' });
    await phone.tap('照片和数据怎样使用');
    expect(phone.text()).toContain('照片会发送到');
    expect(phone.text()).not.toContain('看看服务器收到的图');
  });

  it('the statement can be read, and a word is said where it does not open', async () => {
    await open();
    await phone.tap(/** @type {HTMLElement} */ (phone.window.document.querySelector('[role="link"]')));
    expect(phone.called('openPrivacyContract')).toBe(1);
    phone.simulator.fail('openPrivacyContract', 'openPrivacyContract:fail');
    await phone.tap('关闭');
    await phone.tap(/** @type {HTMLElement} */ (phone.window.document.querySelector('[role="link"]')));
    expect(phone.glass()).toContain('《隐私保护指引》打开失败');
  });

  it('what was allowed, refused and not asked is told apart', async () => {
    await open({ scopes: { 'scope.camera': false } });
    expect(phone.row('相机')).toBe('未允许');
    expect(phone.row('保存到相册')).toBe('尚未请求');
    phone.simulator.grant('scope.camera');
    phone.simulator.hide();
    phone.simulator.show();
    await phone.settle();
    expect(phone.row('相机')).toBe('已允许');
  });

  it('the way leads to the settings of WeChat, and what was changed there shows', async () => {
    await open({ scopes: { 'scope.camera': false } });
    await phone.tap('管理微信权限');
    expect(phone.called('openSetting')).toBe(1);
    phone.simulator.grant('scope.camera');
    await phone.tap('返回');
    await phone.until(() => expect(phone.row('相机')).not.toBe(''));
  });

  it('it is said where WeChat does not tell, and where its settings do not open', async () => {
    await open();
    phone.simulator.fail('getSetting', 'getSetting:fail');
    phone.simulator.fail('openSetting', 'openSetting:fail');
    await phone.tap('管理微信权限');
    expect(phone.row('相机')).toBe('未知');
    expect(phone.row('保存到相册')).toBe('未知');
    expect(phone.glass()).toContain('微信的设置打开失败，请重试');
  });
});

describe('about', () => {
  it('names the model of the server, and how it looks at photos', async () => {
    server.on('GET /readyz', { body: { ...READY, fit: 'both', precision: 'int8' } });
    await open();
    await phone.until(() => expect(phone.row('识别模型')).toBe('ResNet50'));
    expect(phone.row('取景方式')).toBe('两者结合');
    expect(phone.row('计算精度')).toBe('int8');
  });

  it('leaves how it looks at photos to versions for developers', async () => {
    // The release takes addresses of the local network only, where no test server is.
    const request = ({ success }) => (success({ statusCode: 200, data: JSON.stringify(READY) }), { abort() {} });
    await open({ envVersion: 'release', storage: { 'server-address': 'http://192.168.1.5:5000' }, wx: { request } });
    await phone.until(() => expect(phone.row('识别模型')).toBe('ResNet50'));
    expect(phone.row('取景方式')).toBe('');
    expect(phone.row('计算精度')).toBe('');
  });

  it('says which model is awaited, and asks until it is there', async () => {
    const converting = { ...STANDING_IN, awaited: { ...STANDING_IN.awaited, percent: 100 } };
    server.on('GET /readyz', { body: STANDING_IN }, { body: converting }, { body: READY });
    await open();
    await phone.reads('先由内置模型识别；ResNet50 下载中 34%');
    expect(phone.row('识别模型')).toBe('EfficientNetLite0');
    expect(phone.text()).not.toContain('重新获取');
    await phone.reads('先由内置模型识别；ResNet50 还没有就绪，会继续尝试');
    await phone.until(() => expect(phone.row('识别模型')).toBe('ResNet50'));
    expect(phone.text()).not.toContain('先由内置模型识别');
  });

  it('says so in English, also where the last attempt failed', async () => {
    const failed = { ...STANDING_IN, awaited: { name: 'ResNet50', reason: 'no space left on the device' } };
    server.on('GET /readyz', { body: failed });
    await open({ language: 'en' });
    await phone.reads('The built-in model answers for now; ResNet50 is not ready yet');
    server.on('GET /readyz', { body: STANDING_IN });
    await phone.reads('The built-in model answers for now; ResNet50 is downloading, 34%');
  });

  it('asks no more while the page is hidden, and at once when it is back', async () => {
    const late = later({ body: { ...READY, model: { ...READY.model, name: 'Late' } } });
    server.on('GET /readyz', { body: STANDING_IN }, late.reply, { body: READY });
    await open();
    await phone.until(() => expect(server.to('/readyz')).toHaveLength(2));
    phone.simulator.hide();
    await phone.settle();
    late.send();
    phone.simulator.show();
    await phone.until(() => expect(phone.row('识别模型')).toBe('ResNet50'));
    expect(server.to('/readyz')).toHaveLength(3);
  });

  it('says why there is no name, and asks again when it is told to', async () => {
    server.on('GET /readyz', { status: 404, body: '{}' });
    await open();
    await phone.until(() => expect(phone.row('识别模型')).toBe('地址不对'));
    server.on('GET /readyz', { body: READY });
    await phone.tap('重新获取');
    await phone.until(() => expect(phone.row('识别模型')).toBe('ResNet50'));
  });

  it('asks the new server after another address was chosen', async () => {
    server.on('GET /readyz', { status: 404, body: '{}' });
    const other = await startServer();
    other.on('GET /readyz', { body: { ...READY, model: { ...READY.model, name: 'Xception' } } });
    await open();
    await phone.type(other.address);
    await phone.tap('保存');
    await phone.until(() => expect(phone.row('识别模型')).toBe('Xception'));
    expect(phone.text()).toContain(`会上传至识别服务（${other.address}）`);
    await other.close();
  });

  it('a late answer of the old server says nothing any more', async () => {
    const late = later({ body: { ...READY, model: { ...READY.model, name: 'Late' } } });
    server.on('GET /readyz', late.reply);
    const other = await startServer();
    other.on('GET /readyz', { body: READY });
    await open();
    await phone.type(other.address);
    await phone.tap('保存');
    await phone.until(() => expect(phone.row('识别模型')).toBe('ResNet50'));
    late.send();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(phone.row('识别模型')).toBe('ResNet50');
    await other.close();
  });

  it.each(/** @type {const} */ ([
    ['develop', '开发版'],
    ['trial', '体验版'],
    ['release', '1.0.0'],
  ]))('a %s version: %s', async (envVersion, said) => {
    await open({ envVersion });
    expect(phone.row('版本')).toBe(said);
    expect(phone.field()?.value === '').toBe(envVersion === 'release');
    if (envVersion !== 'develop') expect(phone.row('识别模型')).toBe('未开通');
  });
});

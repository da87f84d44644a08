import { describe, expect, it } from 'vitest';
import { aroundEachTest, open, phone, restart, server } from './around.js';
import { past } from './past.js';
import { SETTINGS } from './settings-phone.js';

aroundEachTest(SETTINGS);

describe('the language', () => {
  it('is that of WeChat until one is chosen, and the choice says so', async () => {
    await open({ language: 'en' });
    expect(phone.text()).toContain('Stored on this phone');
    expect(phone.named('Same as WeChat').getAttribute('aria-checked')).toBe('true');
    expect(phone.named('中文').getAttribute('aria-checked')).toBe('false');
    expect(phone.named('中文').getAttribute('role')).toBe('radio');
  });

  it('changes at once, here, on the page below, in titles and in names', async () => {
    await open({ page: 'pages/photo/photo', ...past([{}]) });
    await phone.tap('打开设置');
    await phone.tap(phone.named('English'));
    expect(phone.text()).toContain('Stored on this phone');
    expect(phone.title()).toContain('Settings');
    expect(phone.named('English').getAttribute('aria-checked')).toBe('true');
    await phone.back();
    await phone.reads('Settings');
    expect(phone.title()).toContain('What is it?');
    expect(phone.named('Open the settings')).not.toBeNull();
    expect(phone.text()).toContain('Indian elephant');
    expect(phone.text()).not.toMatch(/\p{Script=Han}/u);
    await phone.tap('Take a photo');
    await phone.reads('Not this?');
    expect(phone.text()).toContain('Indian elephant');
    expect(phone.title()).toContain('Result');
    await phone.tap('.wrong-action');
    expect(phone.text()).toContain('Choose the right name');
    phone.simulator.call('reLaunch', { url: '/pages/history/history' });
    await phone.settle();
    expect(phone.text()).toContain('on this phone only');
    expect(phone.text()).toContain('Today');
    expect(phone.title()).toContain('History');
  });

  it('follows on pages that were there before in another one', async () => {
    const HISTORY = '/pages/history/history';
    const RESULT = '/pages/result/result?id=r0';
    /** @param {string} url */
    const goTo = async (url) => {
      phone.simulator.call('reLaunch', { url });
      await phone.settle();
    };
    const { storage } = past([{ confident: false }]);
    await open({ page: 'pages/history/history', storage });
    await goTo(RESULT);
    await phone.tap('识别有误？');
    expect(phone.text()).toContain('选择正确的名称');
    await goTo('/pages/settings/settings');
    await phone.tap(phone.named('English'));
    await goTo(HISTORY);
    await phone.tap('Select');
    expect(phone.text()).not.toMatch(/\p{Script=Han}/u);
    expect(phone.text()).toContain('0 selected');
    await goTo(RESULT);
    await phone.reads('This photo was cleared away');
    expect(phone.named('The photo; tap to enlarge')).not.toBeNull();
    expect(phone.title()).toContain('Result');
    await phone.tap('.wrong-action');
    expect(phone.text()).toContain('Choose the right name');
    expect(phone.named('None of these? Type a name')).not.toBeNull();
    expect(phone.text()).not.toContain('取消');
  });

  it('every word of the camera, of waiting and of a failure follows it', async () => {
    server.on('POST /predict', { status: 404, body: '{}' });
    await open({ page: 'pages/photo/photo', scopes: { 'scope.camera': false } });
    await phone.tap('打开设置');
    await phone.tap(phone.named('English'));
    await phone.back();
    expect(phone.text()).not.toMatch(/\p{Script=Han}/u);
    await phone.tap('.panel-action');
    expect(phone.text()).not.toMatch(/\p{Script=Han}/u);
    phone.simulator.album([phone.picture()]);
    await phone.tap('Choose photos from the album');
    await phone.reads('Wrong address');
    expect(phone.text()).not.toMatch(/\p{Script=Han}/u);
  });

  it('survives a restart, and goes back to that of WeChat', async () => {
    await open();
    await phone.tap(phone.named('English'));
    await restart();
    expect(phone.text()).toContain('Stored on this phone');
    await phone.tap(phone.named('Same as WeChat'));
    expect(phone.text()).toContain('本机数据');
    expect(phone.stored()).not.toHaveProperty('language');
    await restart();
    expect(phone.text()).toContain('本机数据');
  });

  it('that is chosen already changes nothing', async () => {
    await open();
    await phone.tap(phone.named('跟随微信'));
    expect(phone.called('reLaunch')).toBe(0);
  });

  it('counts for the session where the phone is full, and that is said', async () => {
    await open();
    phone.simulator.storageFull(true);
    await phone.tap(phone.named('English'));
    expect(phone.text()).toContain('Stored on this phone');
    expect(phone.glass()).toContain('this choice lasts until you close');
    phone.simulator.storageFull(false);
    await restart();
    expect(phone.text()).toContain('本机数据');
  });
});

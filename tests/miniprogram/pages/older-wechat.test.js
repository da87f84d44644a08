import { describe, expect, it } from 'vitest';
import { aroundEachTest, open, phone } from './around.js';
import { TRUSTING } from './phone.js';

aroundEachTest();

describe('a base library without the privacy functions', () => {
  const OLD = { sdkVersion: '2.32.2' };

  it('takes a photo all the same', async () => {
    await open({ ...OLD, scopes: TRUSTING.scopes });
    await phone.tap('拍照');
    await phone.reads('印度象');
  });

  it('opens the camera without asking for consent', async () => {
    await open(OLD);
    await phone.tap('打开相机');
    await phone.tap('允许');
    expect(phone.find('camera')).not.toBeNull();
  });

  it('says that it has no privacy statement to read', async () => {
    await open({ ...OLD, page: 'pages/settings/settings' });
    await phone.tap(phone.find('[role="link"]'));
    await phone.until(() => expect(phone.glass()).toContain('《隐私保护指引》打开失败'));
  });
});

describe('errors that nobody caught', () => {
  it('go to the realtime log, whatever they are', async () => {
    await open();
    const app = phone.simulator.app();
    app.onError('TypeError: x\nat y');
    app.onUnhandledRejection({ reason: { errMsg: 'login:fail' } });
    expect(JSON.parse(JSON.stringify(phone.simulator.logged))).toEqual([
      ['error', 'TypeError: x\nat y'],
      ['error', '{"errMsg":"login:fail"}'],
    ]);
  });

  it('harm nothing where there is no such log', async () => {
    await open({ wx: { getRealtimeLogManager: undefined } });
    expect(() => phone.simulator.app().onError('x')).not.toThrow();
  });
});

describe('a new version', () => {
  it('is offered, and taken when the user agrees', async () => {
    await open();
    phone.simulator.updateReady();
    await phone.until(() => expect(phone.glass()).toContain('新版本已经准备好'));
    await phone.tap('以后再说');
    expect(phone.simulator.updated()).toBe(false);
    phone.simulator.updateReady();
    await phone.tap('重启');
    expect(phone.simulator.updated()).toBe(true);
  });

  it('is no matter of the single-page mode', async () => {
    await open({ page: 'pages/result/result', scene: 1154 });
    expect(phone.called('getUpdateManager')).toBe(0);
  });
});

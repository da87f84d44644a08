import { describe, expect, it } from 'vitest';
import { aroundEachTest, open, phone, server } from './around.js';
import { TRUSTING } from './phone.js';

aroundEachTest();

describe('a page that nobody touched', () => {
  it('asks for nothing and shows no camera', async () => {
    await open();
    expect(phone.find('camera')).toBeNull();
    expect(phone.text()).toContain('打开相机');
    expect(phone.glass()).not.toContain('申请使用');
    expect(phone.called('requirePrivacyAuthorize')).toBe(0);
    expect(phone.called('chooseMedia')).toBe(0);
  });

  it('has its camera open where all was allowed earlier', async () => {
    await open(TRUSTING);
    expect(phone.find('camera')).not.toBeNull();
    expect(phone.named('拍照')).not.toBeNull();
  });

  it('keeps the camera closed where consent is still missing, whatever was allowed', async () => {
    await open({ privacy: 'ask', scopes: { 'scope.camera': true } });
    expect(phone.find('camera')).toBeNull();
  });
});

describe('consent', () => {
  it('is asked for at the first wish for the camera, then the camera asks', async () => {
    await open();
    await phone.tap('打开相机');
    expect(phone.text()).toContain('隐私说明');
    expect(phone.find('camera')).toBeNull();
    await phone.tap('同意');
    await phone.tap('允许');
    expect(phone.find('camera')).not.toBeNull();
    expect(phone.text()).not.toContain('隐私说明');
  });

  it('that is refused leaves a sentence and a way back', async () => {
    await open();
    await phone.tap('打开相机');
    await phone.tap('不同意');
    expect(phone.find('camera')).toBeNull();
    expect(phone.text()).toContain('需要同意隐私保护指引');
    await phone.tap('打开相机');
    await phone.tap('同意');
    await phone.tap('允许');
    expect(phone.find('camera')).not.toBeNull();
  });

  it('is refused by a tap beside the sheet, but not by one inside', async () => {
    await open();
    await phone.tap('打开相机');
    await phone.tap('.sentence');
    expect(phone.text()).toContain('隐私说明');
    await phone.tap('.shade');
    expect(phone.text()).toContain('需要同意隐私保护指引');
  });

  it('lets the statement be read first', async () => {
    await open();
    await phone.tap('打开相机');
    await phone.tap('.contract');
    expect(phone.called('openPrivacyContract')).toBe(1);
  });

  it('that is refused for the album says so and may be asked for again', async () => {
    await open();
    phone.simulator.album([phone.picture()]);
    await phone.tap('从相册选几张');
    await phone.tap('不同意');
    await phone.reads('才能使用相册');
    await phone.tap('从相册选几张');
    await phone.tap('同意');
    await phone.reads('印度象');
  });
});

describe('a camera that is refused', () => {
  it('is explained, and comes back through the settings', async () => {
    await open({ privacy: 'agreed' });
    await phone.tap('打开相机');
    await phone.tap('拒绝');
    await phone.reads('没有相机权限');
    await phone.tap('去设置');
    phone.window.document.querySelector('[role="switch"]').checked = true;
    await phone.tap('返回');
    await phone.until(() => expect(phone.find('camera')).not.toBeNull());
  });

  it('stays explained where the settings are left as they were', async () => {
    await open({ privacy: 'agreed', scopes: { 'scope.camera': false } });
    await phone.tap('打开相机');
    await phone.tap('去设置');
    await phone.tap('返回');
    expect(phone.text()).toContain('没有相机权限');
  });

  it('leaves the album working', async () => {
    await open({ privacy: 'agreed', scopes: { 'scope.camera': false } });
    await phone.tap('打开相机');
    phone.simulator.album([phone.picture()]);
    await phone.tap('从相册选几张');
    await phone.reads('印度象');
  });
});

describe('a camera that does not open', () => {
  /** @returns {Promise<void>} */
  async function breakCamera() {
    await open(TRUSTING);
    await phone.settle();
    const camera = phone.find('camera').__wxElement;
    camera.triggerEvent('error', { errMsg: 'insertCamera:fail' });
    await phone.settle();
  }

  it('is explained and can be tried again', async () => {
    await breakCamera();
    expect(phone.text()).toContain('相机不可用');
    expect(phone.find('camera')).toBeNull();
    await phone.tap('.shutter');
    expect(phone.find('camera')).not.toBeNull();
  });

  it('leaves the album working', async () => {
    await breakCamera();
    phone.simulator.album([phone.picture()]);
    await phone.tap('从相册选几张');
    await phone.reads('印度象');
  });
});

it('comes back from the background with its camera', async () => {
  await open(TRUSTING);
  phone.simulator.hide();
  await phone.settle();
  expect(phone.find('camera')).toBeNull();
  phone.simulator.show();
  await phone.until(() => expect(phone.find('camera')).not.toBeNull());
});

it('says when a shot did not work, and takes the next one', async () => {
  await open(TRUSTING);
  phone.simulator.camera(undefined);
  await phone.tap('拍照');
  await phone.reads('拍照失败');
  expect(phone.page.data.stage).toBe('aim');
});

it('stays as it is where the album is closed without a choice', async () => {
  await open({ ...TRUSTING, wx: { chooseMedia: ({ fail }) => fail({ errMsg: 'chooseMedia:fail cancel' }) } });
  await phone.tap('从相册选几张');
  expect(phone.page.data.stage).toBe('aim');
  expect(phone.text()).toContain('将物体置于画面中央');
  expect(server.to('/predict')).toEqual([]);
});

it('asks the album for up to nine compressed pictures', async () => {
  await open(TRUSTING);
  phone.simulator.album([phone.picture()]);
  await phone.tap('从相册选几张');
  const { args } = phone.calls.find(({ name }) => name === 'chooseMedia');
  expect(args[0]).toMatchObject({ count: 9, mediaType: ['image'], sizeType: ['compressed'], sourceType: ['album'] });
  await phone.reads('印度象');
});

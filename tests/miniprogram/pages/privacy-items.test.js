import { describe, expect, it } from 'vitest';
import { example } from '../sources.js';
import { aroundEachTest, open, phone, server } from './around.js';
import { TRUSTING } from './phone.js';
import { past, RESULT } from './past.js';

aroundEachTest({ answers: { 'POST /predict': { body: example('predictions') } }, phone: TRUSTING });

const RELEASE = { envVersion: /** @type {const} */ ('release') };

describe('a camera that the privacy guide lacks', () => {
  it('leaves the album, and does not promise to ask again', async () => {
    await open({ undeclared: ['camera'] });
    await phone.reads('暂时不能使用相机');
    expect(phone.text()).not.toMatch(/再问|隐私说明/);
    expect(phone.text()).toContain('声明“摄像头”');
    phone.simulator.album([phone.picture()]);
    await phone.tap(phone.find('.shutter'));
    await phone.reads('印度象');
  });

  it('is not opened again when the page comes back', async () => {
    await open({ undeclared: ['camera'] });
    await phone.reads('暂时不能使用相机');
    phone.simulator.hide();
    phone.simulator.show();
    await phone.settle();
    expect(phone.find('camera')).toBeNull();
    expect(phone.text()).toContain('暂时不能使用相机');
  });

  it('is a matter of developers only before the release', async () => {
    await open({ ...RELEASE, undeclared: ['camera'] });
    await phone.reads('暂时不能使用相机');
    expect(phone.text()).not.toContain('开发者');
  });

  it('that is refused instead may be asked for again', async () => {
    await open();
    phone.find('camera').__wxElement.triggerEvent('error', { errMsg: 'insertCamera:fail', errno: 104 });
    await phone.settle();
    expect(phone.text()).toContain('需要同意隐私保护指引');
  });
});

describe('an album that the privacy guide lacks', () => {
  it('leaves the camera', async () => {
    await open({ undeclared: ['chooseMedia'] });
    await phone.tap('从相册选几张');
    await phone.reads('可以直接拍照');
    expect(phone.text()).toContain('声明“选中的照片”');
    await phone.tap('拍照');
    await phone.reads('印度象');
  });

  it('cannot replace a photo either, and that is said', async () => {
    server.on('POST /predict', { status: 404, body: '{}' });
    await open({ undeclared: ['chooseMedia'] });
    await phone.tap('拍照');
    await phone.reads('地址不对');
    await phone.tap('换一张');
    await phone.until(() => expect(phone.glass()).toContain('暂时不能打开相册'));
  });
});

describe('on the result page', () => {
  const SHOWN = { ...RESULT, ...past([{}]) };

  it('saving that the privacy guide lacks has a way out', async () => {
    await open({ ...SHOWN, undeclared: ['saveImageToPhotosAlbum'] });
    await phone.tapInMore('保存到相册');
    await phone.reads('可以截图保存。开发者：请在小程序后台的“用户隐私保护指引”里声明“相册（仅写入）”。');
  });

  it('copying that the privacy guide lacks has a way out', async () => {
    await open({ ...SHOWN, undeclared: ['setClipboardData'] });
    await phone.tapInMore('复制名字');
    await phone.reads('可以截图保存。开发者');
    phone.simulator.fail('setClipboardData', 'system error');
    await phone.tapInMore('复制名字');
    await phone.until(() => expect(phone.text('.note')).toBe('复制失败，可以截图保存。'));
  });

  it('copying that is refused can be tried again', async () => {
    await open({ ...SHOWN, privacy: 'ask' });
    await phone.tapInMore('复制名字');
    await phone.tap('不同意');
    await phone.reads('需先同意隐私保护指引，才能复制');
    await phone.tapInMore('复制名字');
    await phone.tap('同意');
    await phone.until(() => expect(phone.glass()).toContain('内容已复制'));
    expect(phone.find('.note')).toBeNull();
  });
});

it('a number of a request that cannot be copied says so', async () => {
  server.on('POST /predict', { status: 500, body: { ...JSON.parse(example('problem')), code: 'internal', status: 500 } });
  await open({ undeclared: ['setClipboardData'] });
  await phone.tap('拍照');
  await phone.reads('请求编号');
  await phone.tap('复制请求编号');
  await phone.until(() => expect(phone.glass()).toContain('复制失败'));
});

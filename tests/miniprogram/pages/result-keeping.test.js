import { beforeEach, describe, expect, it } from 'vitest';
import { PICTURE } from '../picture.js';
import { explains } from '../replies.js';
import { example } from '../sources.js';
import { aroundEachTest, open, phone, server } from './around.js';
import { TRUSTING } from './phone.js';
import { past, RESULT } from './past.js';

aroundEachTest({ answers: {}, phone: { ...TRUSTING, ...RESULT, ...past([{}]) } });

/** @param {boolean} on @returns {Promise<void>} leaves WeChat's settings page with every switch so */
async function leaveSettings(on) {
  for (const box of phone.window.document.querySelectorAll('[role="switch"]')) box.checked = on;
  await phone.tap('返回');
}

/** @returns {Promise<void>} */
const saved = () => phone.until(() => expect(phone.simulator.saved).toHaveLength(1));

describe('saving to the album', () => {
  it('saves the photo at its own size, with name, probability and mark', async () => {
    await open();
    await phone.tapInMore('保存到相册');
    await saved();
    const { calls, width, height } = phone.find('canvas.drawing').__node;
    expect([width, height]).toEqual([16, 12]);
    const texts = calls.filter(([name]) => name === 'fillText').map(([, text]) => text);
    expect(texts).toEqual(['印度象', '拍识', 'Indian elephant · 83%']);
    expect(phone.glass()).toContain('已保存到相册');
  });

  it('saves the kind with the first name as a guess where only the kind is sure', async () => {
    const { predictions, confident, kind } = JSON.parse(example('predictions-unsure'));
    await open(past([{ predictions, confident, kind }]));
    await phone.tapInMore('保存到相册');
    await saved();
    const { calls } = phone.find('canvas.drawing').__node;
    const texts = calls.filter(([name]) => name === 'fillText').map(([, text]) => text);
    expect(texts).toEqual(['钟表', '拍识', '也许是指针式时钟 · 54%']);
  });

  it('asks at that moment where nobody was asked yet', async () => {
    await open({ scopes: {} });
    expect(phone.glass()).not.toContain('申请使用');
    await phone.tapInMore('保存到相册');
    await phone.until(() => expect(phone.glass()).toContain('申请使用'));
    await phone.tap('允许');
    await saved();
  });

  it('that is refused is explained; allowed in the settings, the photo is saved at once', async () => {
    await open({ scopes: {} });
    await phone.tapInMore('保存到相册');
    await phone.until(() => expect(phone.glass()).toContain('申请使用'));
    await phone.tap('拒绝');
    await phone.until(() => expect(phone.glass()).toContain('需要相册权限'));
    await phone.tap('去设置');
    await leaveSettings(true);
    await saved();
  });

  it('stays refused where the settings stay, and the button works on', async () => {
    await open({ scopes: { 'scope.writePhotosAlbum': false } });
    await phone.tapInMore('保存到相册');
    await phone.until(() => expect(phone.glass()).toContain('需要相册权限'));
    await phone.tap('去设置');
    await leaveSettings(false);
    expect(phone.simulator.saved).toEqual([]);
    await phone.tapInMore('保存到相册');
    await phone.until(() => expect(phone.glass()).toContain('需要相册权限'));
    await phone.tap('以后再说');
    expect(phone.simulator.saved).toEqual([]);
    expect(phone.called('openSetting')).toBe(1);
  });

  it('saves once, however often the button is pressed', async () => {
    await open();
    await phone.tap('更多');
    const button = phone.findAll('.choice').find((it) => it.textContent === '保存到相册');
    button.click();
    button.click();
    await phone.until(() => expect(phone.glass()).toContain('已保存到相册'));
    await phone.settle();
    expect(phone.simulator.saved).toHaveLength(1);
  });

  it('that the person calls off is no failure', async () => {
    await open({ wx: { saveImageToPhotosAlbum: ({ fail }) => fail({ errMsg: 'saveImageToPhotosAlbum:fail cancel' }) } });
    await phone.tapInMore('保存到相册');
    await phone.until(() => expect(phone.page.data.saving).toBe(false));
    expect(phone.text()).not.toContain('保存失败');
    expect(phone.called('showToast')).toBe(0);
  });

  it('that fails says so', async () => {
    await open({ wx: { saveImageToPhotosAlbum: ({ fail }) => fail({ errMsg: 'saveImageToPhotosAlbum:fail disk full' }) } });
    await phone.tapInMore('保存到相册');
    await phone.reads('保存失败');
  });

  it('without consent says so', async () => {
    await open({ privacy: 'ask' });
    await phone.tapInMore('保存到相册');
    await phone.reads('不同意');
    await phone.tap('不同意');
    await phone.reads('才能保存照片');
    await phone.tapInMore('保存到相册');
    await phone.reads('不同意');
    await phone.tap('同意');
    await saved();
  });
});

describe("the server's picture", () => {
  const PLACE = 'GET /image/4Zr9wqk3TtV0m2c8yXn1bA';

  beforeEach(() => {
    // The server believes to be at another address than ours, as it does behind a proxy.
    server.on('POST /image', { body: example('echo') });
    server.on(PLACE, { type: 'image/jpeg', body: PICTURE });
    server.on('POST /explain', explains);
  });

  it('is asked for as JSON, fetched from our address, shown with its name, and changes places with the photo', async () => {
    await open();
    const { picture } = phone.page.data;
    for (let time = 0; time < 2; time += 1) {
      await phone.tap('看看服务器收到的图');
      await phone.reads('服务器收到的图 · 1080 × 1440');
      expect(phone.page.data.picture).not.toBe(picture);
      await phone.tap('看回我的照片');
      expect(phone.page.data.picture).toBe(picture);
      expect(phone.text()).not.toContain('1080 × 1440');
    }
    expect(server.to('/image')).toHaveLength(1);
    expect(server.to('/image')[0].headers.accept).toBe('application/json');
  });

  it('is always of the photo, and gives way to a heat map', async () => {
    await open();
    const { picture } = phone.page.data;
    await phone.tap('看看服务器收到的图');
    await phone.reads('1080 × 1440');
    await phone.tap(phone.find('.name-button'));
    await phone.reads('高亮处是判断为');
    expect(phone.page.data.picture).toBe(picture);
    expect(phone.text()).toContain('看看服务器收到的图');
    expect(phone.calls.filter(({ name }) => name === 'uploadFile').map(({ args }) => args[0].filePath)).toEqual([picture, picture]);
  });

  it('is fetched once, however often the button is pressed', async () => {
    await open();
    const button = phone.find('echo button');
    button.click();
    button.click();
    await phone.reads('1080 × 1440');
    expect(server.to('/image')).toHaveLength(1);
  });

  it('that does not come is explained, and can be asked for again', async () => {
    server.on(PLACE, { status: 404, body: '{}' }, { type: 'image/jpeg', body: PICTURE });
    await open();
    await phone.tap('看看服务器收到的图');
    await phone.reads('图片已过期');
    await phone.tap('看看服务器收到的图');
    await phone.reads('1080 × 1440');
    expect(phone.text()).not.toContain('图片已过期');
  });

  it('is nothing for people: a release does not offer it', async () => {
    await open({ envVersion: 'release' });
    expect(phone.text()).toContain('印度象');
    expect(phone.text()).not.toContain('服务器收到的图');
  });
});

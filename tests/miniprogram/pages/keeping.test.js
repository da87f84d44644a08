import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PICTURE } from '../picture.js';
import { example } from '../sources.js';
import { startServer } from '../server.js';
import { openPhone, TRUSTING } from './phone.js';

/** @type {import('../server.js').TestServer} */
let server;
/** @type {import('./phone.js').OpenPhone} */
let phone;

/** A photo that was recognised. @param {object} [options] @returns {Promise<void>} */
async function recognised(options) {
  phone = await openPhone({ ...TRUSTING, server: server.address, ...options });
  await phone.tap('拍照');
  await phone.reads('印度象');
}

/** @param {boolean} on @returns {Promise<void>} leaves WeChat's settings page with every switch so */
async function leaveSettings(on) {
  for (const box of phone.window.document.querySelectorAll('[role="switch"]')) box.checked = on;
  await phone.tap('返回');
}

beforeEach(async () => {
  server = await startServer();
  server.on('POST /predict', { body: example('predictions') });
});

afterEach(async () => {
  expect(phone.errors).toEqual([]);
  await phone.close();
  await server.close();
});

describe('saving to the album', () => {
  it('saves the photo', async () => {
    await recognised();
    await phone.tap('保存到相册');
    expect(phone.simulator.saved).toHaveLength(1);
    expect(Buffer.from(phone.simulator.saved[0].bytes).equals(PICTURE)).toBe(true);
    expect(phone.glass()).toContain('已保存到相册');
  });

  it('asks at that moment where nobody was asked yet', async () => {
    await recognised({ scopes: { 'scope.camera': true } });
    expect(phone.glass()).not.toContain('申请使用');
    await phone.tap('保存到相册');
    await phone.tap('允许');
    await phone.until(() => expect(phone.simulator.saved).toHaveLength(1));
  });

  it('that is refused is explained; allowed in the settings, the photo is saved at once', async () => {
    await recognised({ scopes: { 'scope.camera': true } });
    await phone.tap('保存到相册');
    await phone.tap('拒绝');
    await phone.until(() => expect(phone.glass()).toContain('需要相册权限'));
    await phone.tap('去设置');
    await leaveSettings(true);
    await phone.until(() => expect(phone.simulator.saved).toHaveLength(1));
  });

  it('that was refused long ago goes the same way', async () => {
    await recognised({ scopes: { 'scope.camera': true, 'scope.writePhotosAlbum': false } });
    await phone.tap('保存到相册');
    await phone.tap('去设置');
    await leaveSettings(true);
    await phone.until(() => expect(phone.simulator.saved).toHaveLength(1));
  });

  it('stays refused where the settings stay, and the button works on', async () => {
    await recognised({ scopes: { 'scope.camera': true, 'scope.writePhotosAlbum': false } });
    await phone.tap('保存到相册');
    await phone.tap('去设置');
    await leaveSettings(false);
    expect(phone.simulator.saved).toEqual([]);
    await phone.tap('保存到相册');
    expect(phone.glass()).toContain('需要相册权限');
    await phone.tap('以后再说');
    expect(phone.simulator.saved).toEqual([]);
    expect(phone.called('openSetting')).toBe(1);
  });

  it('saves once, however often the button is pressed', async () => {
    await recognised();
    const [button] = phone.findAll('.dock-action');
    button.click();
    button.click();
    await phone.until(() => expect(phone.glass()).toContain('已保存到相册'));
    await phone.settle();
    expect(phone.simulator.saved).toHaveLength(1);
  });

  it('that the person calls off is no failure', async () => {
    const saveImageToPhotosAlbum = ({ fail }) => fail({ errMsg: 'saveImageToPhotosAlbum:fail cancel' });
    await recognised({ wx: { saveImageToPhotosAlbum } });
    await phone.tap('保存到相册');
    expect(phone.text()).not.toContain('没有保存');
    expect(phone.called('showToast')).toBe(0);
    expect(phone.called('showModal')).toBe(0);
  });

  it("that the phone's own settings forbid is explained like a refusal", async () => {
    const saveImageToPhotosAlbum = ({ fail }) => fail({ errMsg: 'saveImageToPhotosAlbum:fail system permission denied' });
    await recognised({ wx: { saveImageToPhotosAlbum } });
    await phone.tap('保存到相册');
    expect(phone.glass()).toContain('需要相册权限');
    await phone.tap('以后再说');
  });

  it('that fails says so', async () => {
    const saveImageToPhotosAlbum = ({ fail }) => fail({ errMsg: 'saveImageToPhotosAlbum:fail disk full' });
    await recognised({ wx: { saveImageToPhotosAlbum } });
    await phone.tap('保存到相册');
    expect(phone.text()).toContain('没有保存成功');
  });

  it('without consent says so', async () => {
    await recognised();
    phone.simulator.privacy('ask');
    await phone.tap('保存到相册');
    await phone.tap('不同意');
    await phone.reads('照片没有保存');
    await phone.tap('保存到相册');
    await phone.tap('同意');
    await phone.until(() => expect(phone.simulator.saved).toHaveLength(1));
  });
});

describe("the server's picture", () => {
  beforeEach(() => {
    // The server believes to be at another address than ours, as it does behind a proxy.
    server.on('POST /image', { body: example('echo') });
    server.on('GET /image/4Zr9wqk3TtV0m2c8yXn1bA', { type: 'image/jpeg', body: PICTURE });
  });

  it('is asked for as JSON, fetched from our address, and shown with its name', async () => {
    await recognised();
    const { picture } = phone.page.data;
    await phone.tap('看看服务器收到的图');
    await phone.reads('服务器收到的图 · 1080 × 1440');
    const [upload] = server.to('/image');
    expect(upload.headers.accept).toBe('application/json');
    expect(upload.body).toContain('name="image"');
    expect(phone.page.data.picture).not.toBe(picture);
    expect(phone.named('服务器收到的图')).not.toBeNull();
  });

  it('changes places with the photo, and is fetched once', async () => {
    await recognised();
    const { picture } = phone.page.data;
    await phone.tap('看看服务器收到的图');
    await phone.reads('1080 × 1440');
    await phone.tap('看回我的照片');
    expect(phone.page.data.picture).toBe(picture);
    expect(phone.text()).not.toContain('1080 × 1440');
    await phone.tap('看看服务器收到的图');
    await phone.reads('1080 × 1440');
    expect(server.to('/image')).toHaveLength(1);
  });

  it('is fetched once, however often the button is pressed', async () => {
    await recognised();
    const button = phone.find('.echo');
    button.click();
    button.click();
    await phone.reads('1080 × 1440');
    expect(server.to('/image')).toHaveLength(1);
  });

  it('that does not come is explained, and can be asked for again', async () => {
    server.on('GET /image/4Zr9wqk3TtV0m2c8yXn1bA', { status: 404, body: '{}' }, { type: 'image/jpeg', body: PICTURE });
    await recognised();
    await phone.tap('看看服务器收到的图');
    await phone.reads('图已经过期');
    await phone.tap('看看服务器收到的图');
    await phone.reads('1080 × 1440');
    expect(phone.text()).not.toContain('图已经过期');
  });

  it('that is of another form is explained', async () => {
    server.on('POST /image', { type: 'image/jpeg', body: PICTURE });
    await recognised();
    await phone.tap('看看服务器收到的图');
    await phone.reads('看不懂回答');
    expect(phone.findAll('.row')).toHaveLength(5);
  });

  it('never shows beside another photo', async () => {
    let send = () => {};
    const asked = new Promise((resolve) => (send = () => resolve({ body: example('echo') })));
    server.on('POST /image', () => asked);
    await recognised();
    await phone.tap('看看服务器收到的图');
    await phone.until(() => expect(server.to('/image')).toHaveLength(1));
    await phone.tap('再拍一张');
    expect(phone.page.data.message).toBe('');
    await phone.tap('拍照');
    await phone.reads('印度象');
    send();
    await phone.settle();
    expect(phone.text()).not.toContain('1080 × 1440');
    expect(phone.text()).toContain('看看服务器收到的图');
  });

  it('is what is saved while it is in sight', async () => {
    const other = Buffer.concat([PICTURE, Buffer.from([0])]);
    server.on('GET /image/4Zr9wqk3TtV0m2c8yXn1bA', { type: 'image/jpeg', body: other });
    await recognised();
    await phone.tap('看看服务器收到的图');
    await phone.reads('1080 × 1440');
    await phone.tap('保存到相册');
    expect(phone.simulator.saved[0].bytes).toHaveLength(other.length);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { PICTURE } from '../picture.js';
import { later, predictionsOf } from '../replies.js';
import { problem } from '../server.js';
import { aroundEachTest, open, phone, server } from './around.js';
import { TRUSTING } from './phone.js';

aroundEachTest({ answers: {}, phone: TRUSTING });

/** @type {any[]} what waits for the person in the album */
let albums;

/** @returns {string} path of a second photo */
function otherPhoto() {
  const path = `${phone.simulator.env.USER_DATA_PATH}/other.jpg`;
  const bytes = new phone.window.Uint8Array([...PICTURE, 1, 2, 3, 4]);
  phone.simulator.call('getFileSystemManager').writeFileSync(path, bytes.buffer);
  return path;
}

/** @returns {Promise<void>} */
const chosen = () => (albums.shift().success({ tempFiles: [{ tempFilePath: otherPhoto() }] }), phone.settle());
/** @returns {Promise<void>} */
const closed = () => (albums.shift().fail({ errMsg: 'chooseMedia:fail cancel' }), phone.settle());
/** @returns {any[]} the history */
const kept = () => JSON.parse(phone.window.localStorage.getItem('simulator:history') ?? '{"data":[]}').data;

/** @type {(() => void)[]} what waits for the phone to make a small copy */
let copies;
/** @type {boolean} whether that takes until the test lets it go on */
let slow;

beforeEach(async () => {
  [albums, copies, slow] = [[], [], false];
  await open({
    wx: {
      chooseMedia: (options) => void albums.push(options),
      compressImage({ src, success }) {
        if (slow) copies.push(() => success({ tempFilePath: src }));
        else success({ tempFilePath: src });
      },
    },
  });
});

describe('another photo', () => {
  it('takes the place of the one under way, whose answer never shows', async () => {
    const first = later({ body: predictionsOf('第一张') });
    server.on('POST /predict', first.reply, { body: predictionsOf('第二张') });
    await phone.tap('拍照');
    await phone.until(() => expect(server.to('/predict')).toHaveLength(1));
    await phone.tap('换一张');
    await chosen();
    first.send();
    await phone.reads('第二张');
    await phone.settle();
    expect(phone.text()).not.toContain('第一张');
    expect(JSON.stringify(kept())).not.toContain('第一张');
    expect(server.to('/predict').map(({ body }) => body.includes('\x01\x02\x03\x04'))).toEqual([false, true]);
  });

  it('that is only looked for lets the first one go on', async () => {
    const first = later({ body: predictionsOf('第一张') });
    server.on('POST /predict', first.reply);
    await phone.tap('拍照');
    await phone.until(() => expect(server.to('/predict')).toHaveLength(1));
    await phone.tap('换一张');
    first.send();
    await phone.until(() => expect(JSON.stringify(kept())).toContain('第一张'));
    expect(phone.text()).not.toContain('第一张');
    await closed();
    await phone.reads('第一张');
    expect(server.to('/predict')).toHaveLength(1);
  });

  it('that is found after the first answer came is the one that counts', async () => {
    server.on('POST /predict', { body: predictionsOf('第一张') }, { body: predictionsOf('第二张') });
    phone.simulator.uploadThrottle(3000);
    await phone.tap('拍照');
    await phone.tap('换一张');
    await phone.until(() => expect(JSON.stringify(kept())).toContain('第一张'));
    await chosen();
    await phone.reads('第二张');
    await phone.until(() => expect(JSON.stringify(kept())).not.toContain('第一张'));
  });

  it('or none is wanted while the answer is being kept: then it is not', async () => {
    server.on('POST /predict', { body: predictionsOf('第一张') });
    slow = true;
    await phone.tap('拍照');
    await phone.until(() => expect(copies).toHaveLength(1));
    await phone.tap('取消');
    copies[0]();
    await phone.until(() => expect(kept()).toEqual([]));
    await phone.settle();
    expect(phone.simulator.pages()).toHaveLength(1);
    expect(phone.page.data.stage).toBe('aim');
    expect(phone.find('.side-photo')).toBeNull();
  });

  it('is looked for once, however often the button is pressed', async () => {
    server.on('POST /predict', { instead: 'hang' });
    await phone.tap('拍照');
    const [button] = phone.findAll('.dock-action');
    button.click();
    button.click();
    await phone.settle();
    expect(albums).toHaveLength(1);
  });

  it('may follow one that failed', async () => {
    server.on('POST /predict', problem('problem'), { body: predictionsOf('第二张') });
    await phone.tap('拍照');
    await phone.reads('照片无法读取');
    await phone.tap('换一张');
    await chosen();
    await phone.reads('第二张');
  });

  it('that does not come out of the album is explained, and the failure stays', async () => {
    server.on('POST /predict', problem('problem'));
    await phone.tap('拍照');
    await phone.reads('照片无法读取');
    await phone.tap('换一张');
    albums.shift().fail({ errMsg: 'chooseMedia:fail system error' });
    await phone.settle();
    expect(phone.glass()).toContain('照片读取失败');
    expect(phone.text()).toContain('照片无法读取');
  });

  it('is no longer wanted where the first one was called off meanwhile', async () => {
    server.on('POST /predict', { instead: 'hang' });
    await phone.tap('拍照');
    await phone.tap('换一张');
    await phone.tap('取消');
    await chosen();
    expect(phone.page.data.stage).toBe('aim');
  });
});

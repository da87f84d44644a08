import { afterEach, describe, expect, it } from 'vitest';
import { load } from '../../sources.js';
import { PICTURE } from '../../picture.js';
import { platform } from '../platform.js';

const { compressed, compressedToSend, BYTES, FLOOR, LONG_SIDE } = load('services/api/compress.js');
const { watchNetwork } = load('services/device/network.js');

/** @type {Awaited<ReturnType<typeof platform>>} */
let phone;
/** @type {any[]} what was asked of the phone's own compression */
let asked;

/**
 * A file whose header tells this size; nothing reads its pixels here.
 *
 * @param {number} width @param {number} height @param {number} [bytes] @returns {Buffer}
 */
function jpeg(width, height, bytes = 0) {
  const file = Buffer.concat([PICTURE, Buffer.alloc(Math.max(0, bytes - PICTURE.length))]);
  const frame = file.indexOf(Buffer.from([0xff, 0xc0]));
  file.writeUInt16BE(height, frame + 5);
  file.writeUInt16BE(width, frame + 7);
  return file;
}

/**
 * @param {(options: any) => void} [compressImage]  of the phone; makes a small file otherwise
 * @param {string} [system]
 * @param {Partial<import('../../../simulator/jsdom.js').LaunchOptions>} [options]
 */
async function open(compressImage, system = 'android', options = {}) {
  asked = [];
  phone = await platform({
    ...options,
    wx: {
      getDeviceInfo: () => ({ platform: system }),
      compressImage(options) {
        asked.push(options);
        if (compressImage) compressImage(options);
        else options.success({ tempFilePath: phone.photo() });
      },
    },
  });
}

afterEach(() => phone.close());

describe('a photo', () => {
  it.each([
    ['that is small', jpeg(1440, 1080)],
    ['that is upright and small', jpeg(800, 1440, BYTES)],
  ])('%s goes as it is', async (_, file) => {
    await open();
    const path = phone.photo(file);
    expect(await compressed(path).promise).toBe(path);
    expect(asked).toEqual([]);
  });

  it.each([
    ['wide', 4000, 3000, 1440],
    ['high', 3000, 4000, 1080],
  ])('that is %s is made smaller on its long side', async (_, width, height, expected) => {
    await open();
    const path = phone.photo(jpeg(width, height, 2_000_000));
    expect(await compressed(path).promise).not.toBe(path);
    expect(asked[0]).toMatchObject({ src: path, quality: 80, compressedWidth: expected });
    expect(Math.max(width, height) * (expected / width)).toBeLessThanOrEqual(LONG_SIDE + 1);
  });

  it('with many bytes only keeps its size', async () => {
    await open();
    const path = phone.photo(jpeg(1000, 1000, BYTES + 1));
    expect(await compressed(path).promise).not.toBe(path);
    expect(asked[0].compressedWidth).toBeUndefined();
  });
});

describe('the original goes', () => {
  const large = jpeg(4000, 3000, 100_000);

  it.each([
    ['cannot compress', (options) => options.fail({ errMsg: 'compressImage:fail' })],
    ['makes it larger', (options) => options.success({ tempFilePath: phone.photo(jpeg(9, 9, 100_001)) })],
    ['makes a file that is not there', (options) => options.success({ tempFilePath: 'wxfile://none.jpg' })],
  ])('where the phone %s', async (_, compressImage) => {
    await open(compressImage);
    const path = phone.photo(large);
    expect(await compressed(path).promise).toBe(path);
    expect(asked).toHaveLength(1);
  });

  it('where nobody can say what it is', async () => {
    await open();
    const path = phone.photo(Buffer.from('what an Android takes for HEIC'));
    expect(await compressed(path).promise).toBe(path);
  });

  it('where an iPhone would compress a PNG', async () => {
    await open(undefined, 'ios');
    const png = Buffer.alloc(100_000);
    png.write('89504e470d0a1a0a0000000d49484452', 'hex');
    png.writeUInt32BE(4000, 16);
    png.writeUInt32BE(3000, 20);
    const path = phone.photo(png);
    expect(await compressed(path).promise).toBe(path);
    expect(asked).toEqual([]);
  });
});

it('who does not want it any more need not wait', async () => {
  await open(() => {});
  const task = compressed(phone.photo(jpeg(4000, 3000)));
  task.cancel();
  await expect(task.promise).rejects.toMatchObject({ kind: 'cancelled' });
});

/** @returns {number} pixels of the short side that compression was asked for */
const shortSide = (width, height, asked) => (Math.min(width, height) * asked.compressedWidth) / width;

describe('a photo of extreme proportions', () => {
  it.each([
    ['a screenshot of a long page', 1152, 41549],
    ['a panorama', 9000, 800],
  ])('such as %s keeps what a model sees of its short side', async (_, width, height) => {
    await open();
    const path = phone.photo(jpeg(width, height, 2_000_000));
    expect(await compressed(path).promise).not.toBe(path);
    expect(shortSide(width, height, asked[0])).toBeCloseTo(FLOOR, -1);
  });

  it('is never made larger', async () => {
    await open();
    expect(await compressed(phone.photo(jpeg(20000, 30, 100_000))).promise).toBeTruthy();
    expect(asked).toEqual([]);
  });
});

describe('on the way', () => {
  const large = jpeg(1440, 1080, 300_000);

  it.each(['wifi', '4g', '5g', 'unknown'])('by %s a photo goes as it was kept', async (network) => {
    await open();
    phone.wx.getNetworkType = ({ success }) => success({ networkType: network, weakNet: false });
    const path = phone.photo(large);
    expect(await compressedToSend(path, Infinity).promise).toBe(path);
    expect(asked).toEqual([]);
  });

  it.each(['2g', '3g', 'weak'])('by %s it goes with half the pixels', async (network) => {
    await open();
    phone.phone.simulator.network(network);
    const path = phone.photo(large);
    expect(await compressedToSend(path, Infinity).promise).not.toBe(path);
    expect(asked).toEqual([expect.objectContaining({ src: path, quality: 85, compressedWidth: 683 })]);
  });

  it('a panorama is no larger than otherwise', async () => {
    await open();
    phone.phone.simulator.network('2g');
    await compressedToSend(phone.photo(jpeg(1440, 360, 300_000)), Infinity).promise;
    expect(asked[0].compressedWidth).toBeUndefined();
  });

  it('a small photo goes as it is, by any network', async () => {
    await open();
    phone.phone.simulator.network('2g');
    const path = phone.photo(jpeg(500, 400, 60_000));
    expect(await compressedToSend(path, Infinity).promise).toBe(path);
    expect(asked).toEqual([]);
  });

  it('a WeChat that tells of a weak network only as it becomes one is listened to', async () => {
    await open(undefined, 'android', { sdkVersion: '2.25.0' });
    watchNetwork();
    const path = phone.photo(large);
    expect(await compressedToSend(path, Infinity).promise).toBe(path);
    phone.phone.simulator.network('weak');
    expect(await compressedToSend(path, Infinity).promise).not.toBe(path);
    phone.phone.simulator.network('wifi');
    expect(await compressedToSend(path, Infinity).promise).toBe(path);
  });

  it('a WeChat that never tells sends it as it is', async () => {
    await open(undefined, 'android', { sdkVersion: '2.20.1' });
    phone.phone.simulator.network('weak');
    const path = phone.photo(large);
    expect(await compressedToSend(path, Infinity).promise).toBe(path);
  });
});

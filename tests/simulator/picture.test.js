import { afterEach, expect, test } from 'vitest';
import { launch } from './jsdom.js';
import { blankJpeg } from './runtime/canvas/blank-picture.js';
import { FIXTURE } from './variant.js';
import { turned } from './turned.js';

/** @type {import('./jsdom.js').Launched} */
let phone;
afterEach(() => phone.close());
const wx = (name, ...args) => phone.simulator.call(name, ...args);
const file = (bytes, name = 'a.jpg') => {
  const path = `wxfile://usr/${name}`;
  wx('getFileSystemManager').writeFileSync(path, phone.window.Uint8Array.from(bytes).buffer);
  return path;
};

test.each([
  [1, 'up'],
  [3, 'down'],
  [6, 'right'],
  [8, 'left'],
  [9, 'up'],
])('Exif orientation %i is "%s", and sizes are those of the stored picture', async (orientation, word) => {
  phone = await launch({ root: FIXTURE });
  for (const littleEndian of [true, false]) {
    const src = file(turned(blankJpeg(30, 20), orientation, littleEndian));
    expect(await wx('getImageInfo', { src })).toMatchObject({
      width: 30,
      height: 20,
      orientation: word,
      type: 'jpeg',
    });
  }
});

test('an API fails as long as the tester wants', async () => {
  phone = await launch({ root: FIXTURE });
  phone.simulator.fail('compressImage', 'compress failed');
  const src = file(blankJpeg(30, 20));
  await expect(wx('compressImage', { src })).rejects.toMatchObject({
    errMsg: 'compressImage:fail compress failed',
  });
  phone.simulator.fail('compressImage');
  const { tempFilePath } = await wx('compressImage', { src, quality: 50, compressedWidth: 10 });
  expect(await wx('getImageInfo', { src: tempFilePath })).toMatchObject({ width: 30 });
  await expect(wx('compressImage', { src, quality: 101 })).rejects.toMatchObject({
    errMsg: expect.stringContaining('quality'),
  });
  phone.simulator.fail('readFile', 'no');
  expect(() => wx('getFileSystemManager').readFileSync(src)).toThrow('readFileSync:fail no');
  expect(phone.errors).toEqual([]);
});

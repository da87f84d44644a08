import { afterEach, describe, expect, test } from 'vitest';
import { findChromium, launchPhone } from './chromium.js';
import { blankJpeg } from './runtime/canvas/blank-picture.js';
import { turned } from './turned.js';
import { FIXTURE } from './variant.js';

/** @type {import('./chromium.js').RunningPhone} */
let phone;
afterEach(() => phone.close());

describe.skipIf(!findChromium())('pictures in Chromium', () => {
  test('are compressed for real, and upright', async () => {
    phone = await launchPhone({ root: FIXTURE });
    await phone.page.locator('.phone-page').first().waitFor();
    const found = await phone.page.evaluate(inspect, [...turned(blankJpeg(300, 200), 6)]);
    expect(found.before).toMatchObject({ width: 300, height: 200, orientation: 'right' });
    expect(found.narrow).toMatchObject({ width: 100, height: 150, orientation: 'up', type: 'jpeg' });
    expect(found.forced).toMatchObject({ width: 40, height: 40 });
    expect(found.sizes.low).toBeLessThan(found.sizes.high / 2);
    expect(phone.errors).toEqual([]);
  });
});

/** Runs in the page. */
async function inspect(bytes) {
  const { call } = window.simulator;
  const files = call('getFileSystemManager');
  const src = 'wxfile://usr/a.jpg';
  files.writeFileSync(src, new Uint8Array(bytes).buffer);
  const compressed = async (options) => (await call('compressImage', options)).tempFilePath;
  const info = (path) => call('getImageInfo', { src: path });
  const canvas = call('createOffscreenCanvas', { type: '2d', width: 200, height: 200 });
  const context = canvas.getContext('2d');
  for (let at = 0; at < 400; at += 1) {
    context.fillStyle = `hsl(${at * 77} 90% 50%)`;
    context.fillRect((at * 37) % 200, (at * 53) % 200, 20, 20);
  }
  const { tempFilePath: busy } = await call('canvasToTempFilePath', { canvas });
  const size = async (quality) => files.readFileSync(await compressed({ src: busy, quality })).byteLength;
  return {
    before: await info(src),
    narrow: await info(await compressed({ src, compressedWidth: 100 })),
    forced: await info(await compressed({ src, compressedWidth: 40, compressedHeight: 40 })),
    sizes: { low: await size(10), high: await size(95) },
  };
}

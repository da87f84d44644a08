import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findChromium } from '../../simulator/chromium.js';
import { cloudFolder } from '../cloud-folder.js';
import { sizeOf } from '../picture.js';
import { example } from '../sources.js';
import { aroundAllTests, launch, phone, server } from './around-chromium.js';

const SLOW = 60_000;

aroundAllTests({ 'POST /predict': { body: example('predictions') } });

/** @param {boolean} [noisy] @returns {Promise<number>} bytes of a wide photo that the next choice from the album gives */
function fillAlbum(noisy = false) {
  return phone.page.evaluate(async (noisy) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 3000, height: 2000 });
    const brush = canvas.getContext('2d');
    for (let x = 0; x < 3000; x += 20) {
      brush.fillStyle = `hsl(${x % 360}, 70%, 50%)`;
      brush.fillRect(x, (x * 7) % 2000, 300, 200);
    }
    if (noisy) {
      const pixels = brush.getImageData(0, 0, 3000, 2000);
      for (let at = 0; at < pixels.data.length; at += 4) pixels.data[at] ^= Math.imul(at, 2654435761) >>> 24;
      brush.putImageData(pixels, 0, 0);
    }
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.98));
    globalThis.simulator.album([new File([blob], 'wide.jpg', { type: 'image/jpeg' })]);
    return blob.size;
  }, noisy);
}

/** @returns {Buffer} the photo of the last request */
function sentPhoto() {
  const { body } = server.to('/predict').at(-1);
  const start = body.indexOf('\xff\xd8');
  return Buffer.from(body.slice(start, body.lastIndexOf('\xff\xd9') + 2), 'latin1');
}

/** @returns {Promise<Buffer>} the photo in the history */
async function keptPhoto() {
  const base64 = await phone.page.evaluate(() => {
    const { picture } = globalThis.simulator.currentPage().instance.data;
    return globalThis.simulator.call('getFileSystemManager').readFileSync(picture, 'base64');
  });
  return Buffer.from(base64, 'base64');
}

describe.skipIf(!findChromium())('a large photo out of the album', () => {
  it('goes out smaller, and is kept as it went out', { timeout: SLOW }, async () => {
    const query = { privacy: 'agreed', granted: 'scope.camera', server: server.address };
    await launch({ query });
    await phone.page.locator('wx-camera').waitFor();
    const bytes = await fillAlbum();
    await phone.page.getByRole('button', { name: '从相册选几张' }).click();
    await phone.page.getByText('83%').first().waitFor();
    const sent = sentPhoto();
    expect(sizeOf(sent)).toEqual([1440, 960]);
    expect(sent.length).toBeLessThan(bytes);
    expect((await keptPhoto()).equals(sent)).toBe(true);
    expect(phone.errors).toEqual([]);
  });

  it('goes out smaller still by a slow network, and is kept as otherwise', { timeout: SLOW }, async () => {
    const query = { privacy: 'agreed', granted: 'scope.camera', server: server.address };
    await launch({ query });
    await phone.page.locator('wx-camera').waitFor();
    await fillAlbum();
    await phone.page.evaluate(() => globalThis.simulator.network('3g'));
    await phone.page.getByRole('button', { name: '从相册选几张' }).click();
    await phone.page.getByText('83%').first().waitFor();
    expect(sizeOf(sentPhoto())).toEqual([768, 512]);
    expect(sizeOf(await keptPhoto())).toEqual([1440, 960]);
    expect(phone.errors).toEqual([]);
  });

  it('goes through the cloud below its limit', { timeout: SLOW }, async () => {
    const root = cloudFolder();
    const query = { privacy: 'agreed', granted: 'scope.camera', server: server.address, cloud: 'env-1/paishi' };
    await launch({ root, query });
    await phone.page.locator('wx-camera').waitFor();
    await fillAlbum(true);
    await phone.page.getByRole('button', { name: '从相册选几张' }).click();
    await phone.page.getByText('83%').first().waitFor();
    const sent = sentPhoto();
    const [width, height] = sizeOf(sent);
    expect(sent.length).toBeLessThanOrEqual(95_000);
    expect(width / height).toBeCloseTo(1.5, 1);
    expect(height).toBeGreaterThanOrEqual(160);
    expect(height).toBeLessThan(512);
    expect(sizeOf(await keptPhoto())).toEqual([1440, 960]);
    expect(phone.errors).toEqual([]);
    rmSync(root, { recursive: true });
  });
});

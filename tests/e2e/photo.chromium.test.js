// The whole way: the mini-program in Chromium, a photo in front of its camera, the real server.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sizeOf } from '../miniprogram/picture.js';
import { launchPhone } from '../simulator/chromium.js';
import { server, shareServer } from './around.js';
import { keepScreenshot } from './artifacts.js';
import { cameraShows, chooseFromAlbum, names, openCamera, shoot, tap } from './fingers.js';
import { nameOf, photoOf, photos } from './photos.js';
import { freePort, startRecogniser } from './recogniser.js';

const ROOT = fileURLToPath(new URL('../../miniprogram', import.meta.url));
const PATIENCE_MS = 20_000;

describe.skipIf(!photos)('a photo comes back with its names (needs ../shared)', () => {
  /** @type {import('../simulator/chromium.js').RunningPhone | undefined} */
  let phone;

  shareServer();
  beforeEach(() => {
    phone = undefined;
  });
  afterEach(() => phone?.close());

  /** @param {Partial<import('../simulator/chromium.js').PhoneLaunch>} [options] */
  async function launch(options) {
    phone = await launchPhone({
      root: ROOT,
      server: server.address,
      // Chromium's fake camera shows only films whose width and height are even.
      cameraPhoto: photoOf('broccoli'),
      ...options,
    });
    phone.page.setDefaultTimeout(PATIENCE_MS);
    return phone.page;
  }

  function expectNoErrors() {
    expect(phone?.errors).toEqual([]);
  }

  it('from the camera', async () => {
    const page = await launch();
    await keepScreenshot(page, '1-start');
    await openCamera(page);
    await keepScreenshot(page, '2-camera');
    await shoot(page);
    await names(page).first().waitFor();
    await keepScreenshot(page, '3-names');
    expect(await names(page).first().textContent()).toContain(nameOf('broccoli').zh);
    expect(await names(page).first().textContent()).toContain('broccoli');
    expect(await names(page).first().textContent()).toMatch(/\d+%/);
    expectNoErrors();
  });

  it('from the album, on a dark small phone', async () => {
    const page = await launch({ theme: 'dark', width: 320, height: 568, query: { theme: 'dark' } });
    await chooseFromAlbum(page, photoOf('beagle'));
    await names(page).first().waitFor();
    await keepScreenshot(page, '4-album-dark-small');
    expect(await names(page).first().textContent()).toContain(nameOf('beagle').zh);
    expectNoErrors();
  });

  it('one photo after the other', async () => {
    const page = await launch();
    await openCamera(page);
    await shoot(page);
    await names(page).first().waitFor();
    await tap(page, '再拍一张');
    await cameraShows(page);
    await shoot(page);
    await names(page).first().waitFor();
    expect(await names(page).first().textContent()).toContain(nameOf('broccoli').zh);
    expectNoErrors();
  });

  it('is saved to the album', async () => {
    const page = await launch();
    await openCamera(page);
    await shoot(page);
    await names(page).first().waitFor();
    const download = page.waitForEvent('download');
    await tap(page, '更多');
    await tap(page, '保存到相册');
    await tap(page, '允许');
    const saved = readFileSync(await (await download).path());
    await keepScreenshot(page, '5-saved');
    expect(saved.subarray(0, 2).toString('hex')).toBe('ffd8');
    expect(Math.min(...sizeOf(saved))).toBeGreaterThan(100);
    expectNoErrors();
  });

  it('is shown as the server received it', async () => {
    const page = await launch();
    await chooseFromAlbum(page, photoOf('lynx'));
    await names(page).first().waitFor();
    await tap(page, '看看服务器收到的图');
    await page.getByText('服务器收到的图 ·').waitFor();
    await keepScreenshot(page, '6-echo');
    const [width, height] = sizeOf(readFileSync(photoOf('lynx')));
    expect(await page.getByText('服务器收到的图 ·').textContent()).toContain(`${width} × ${height}`);
    await tap(page, '看回我的照片');
    await page.getByText('服务器收到的图 ·').waitFor({ state: 'hidden' });
    expectNoErrors();
  });

  it('while the server is down there is a message, and retrying works when it is up again', async () => {
    const port = await freePort();
    const page = await launch({ server: `http://127.0.0.1:${port}` });
    await openCamera(page);
    await shoot(page);
    await page.getByRole('button', { name: '重试' }).waitFor();
    await keepScreenshot(page, '7-server-down');
    expect(await names(page).count()).toBe(0);
    const late = await startRecogniser(port);
    try {
      await tap(page, '重试');
      await names(page).first().waitFor();
      expect(await names(page).first().textContent()).toContain(nameOf('broccoli').zh);
    } finally {
      await late.stop();
    }
  });
});

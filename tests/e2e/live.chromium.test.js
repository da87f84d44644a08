// Names over the moving picture: real frames of Chromium's camera, the real server.
import { describe, expect, it } from 'vitest';
import { begin, closePhones, page, shareServer } from './around.js';
import { cameraShows, names, shoot, tap } from './fingers.js';
import { nameOf, photos } from './photos.js';
import { openHistory, uploads } from './visit.js';

/** The largest that one frame may be; a photo has ten times as many. */
const MOST_BYTES = 40_000;
/** Pixels. */
const SHORT_SIDE = 288;

/** @param {string} text  waits until it stands over the picture */
const stands = (text) => page.locator('[aria-live="polite"]').getByText(text, { exact: true }).waitFor();

/** @returns {Promise<{bytes: number, width: number, height: number}[]>} of every frame that was sent */
function framesSent() {
  return page.evaluate(() => {
    const { call, log } = globalThis.simulator;
    const paths = log.filter(({ name }) => name === 'uploadFile').map(({ args }) => args[0].filePath);
    return Promise.all(
      paths.map(async (src) => {
        const { width, height } = await call('getImageInfo', { src });
        return { bytes: call('getFileSystemManager').statSync(src).size, width, height };
      }),
    );
  });
}

describe.skipIf(!photos)('live names (needs ../shared)', () => {
  shareServer();
  closePhones();

  it('appear over the picture, and a photo is taken as before', async () => {
    const { zh } = nameOf('broccoli');
    await begin();
    await cameraShows(page);
    await tap(page, '开始实时识别');
    await stands(zh);
    const frames = await framesSent();
    const seen = await page.locator('wx-camera').boundingBox();
    expect(frames.length).toBeGreaterThan(1);
    for (const { bytes, width, height } of frames) {
      expect(bytes).toBeLessThan(MOST_BYTES);
      expect(Math.min(width, height)).toBeLessThanOrEqual(SHORT_SIDE);
      // What the user sees, not all that the camera does.
      expect(width / height).toBeCloseTo(seen.width / seen.height, 1);
    }
    await shoot(page);
    await names(page).first().waitFor();
    expect(await names(page).first().textContent()).toContain(zh);
    expect(new Set(await uploads(page))).toEqual(new Set(['/predict']));
    await page.evaluate(() => globalThis.simulator.call('navigateBack'));
    await cameraShows(page);
    await openHistory(page);
    await page.getByText('共 1 条').waitFor();
  });

  it('need a server', async () => {
    await begin(undefined, 'http://127.0.0.1:9');
    await cameraShows(page);
    await tap(page, '开始实时识别');
    await stands('无法连接识别服务，实时识别已停止');
  });
});

// A server that has just been installed: its model is on the way, and the built-in one answers.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../simulator/chromium.js';
import { begin, closePhones, page, phone, shareServer } from './around.js';
import { keepScreenshot } from './artifacts.js';
import { cameraShows, names, shoot, tap } from './fingers.js';
import { dimClock, photograph } from './scene.js';
import { openHistory } from './visit.js';

const KINDRED = '看起来是钟表';
const TOTAL = 100;

describe.skipIf(!findChromium())('while the built-in model stands in', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stand-in-'));
  const photo = join(folder, 'clock.jpg');
  /** The download, which gets no further than the test lets it. @type {import('node:http').ServerResponse | undefined} */
  let download;
  const mirror = createServer((_, response) => {
    download = response;
    response.writeHead(200, { 'content-length': TOTAL }).write(Buffer.alloc(34));
  });
  /** @type {Record<string, string>} */
  const settings = { PAISHI_MODEL: 'ResNet50', PAISHI_STAND_IN: 'EfficientNetLite0', KERAS_HOME: folder };

  beforeAll(async () => {
    await once(mirror.listen(0, '127.0.0.1'), 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (mirror.address());
    settings.PAISHI_WEIGHTS_MIRRORS = `http://127.0.0.1:${port}`;
    await photograph(dimClock(), photo);
  });
  shareServer(settings);
  afterAll(() => {
    mirror.closeAllConnections();
    mirror.close();
    rmSync(folder, { recursive: true });
  });
  closePhones();

  it('what it is unsure of is called by its kind, and the settings follow the download', async () => {
    await begin(undefined, undefined, photo);
    await cameraShows(page);
    await shoot(page);
    await page.getByRole('alert').getByText(KINDRED).waitFor();
    expect((await names(page).allTextContents()).slice(0, 2).join()).toMatch(/(指针式时钟.*挂钟|挂钟.*指针式时钟)/);
    await page.getByText('由 EfficientNetLite0 识别').waitFor();
    await keepScreenshot(page, 'kind');
    const { title } = await page.evaluate(() => globalThis.simulator.share());
    expect(title).toBe(`${KINDRED}，你认得具体是什么吗？`);

    await phone.restart();
    await page.getByRole('button', { name: '查看上次结果：钟表' }).waitFor();
    await openHistory(page);
    await page.getByRole('button', { name: /^钟表 也许是/ }).tap();
    await page.getByRole('alert').getByText(KINDRED).waitFor();

    await page.evaluate(() => globalThis.simulator.call('reLaunch', { url: '/pages/settings/settings' }));
    await page.getByText('先由内置模型识别；ResNet50 下载中 34%').waitFor();
    await page.getByText('EfficientNetLite0', { exact: true }).waitFor();
    download?.write(Buffer.alloc(7));
    await page.getByText('先由内置模型识别；ResNet50 下载中 41%').waitFor();
    await tap(page, '测试连接');
    await page.getByText('连接成功，模型：EfficientNetLite0').waitFor();
    await keepScreenshot(page, 'standing-in');
  });
});

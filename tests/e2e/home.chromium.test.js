// The server's own page: the first answer without any client.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { browser, server, shareBrowser, shareServer } from './around.js';
import { keepScreenshot } from './artifacts.js';
import { shared, startRecogniser } from './recogniser.js';

const photo = shared('photos/imagenet/n02088364_beagle.jpg');

describe.skipIf(!photo)('the page at / (needs ../shared)', () => {
  shareServer();
  shareBrowser();

  /** @param {string} locale @param {import('playwright-core').BrowserContextOptions} [options] */
  async function open(locale, options, address = server.address) {
    const page = await browser.newPage({ locale, viewport: { width: 900, height: 900 }, ...options });
    page.setDefaultTimeout(20_000);
    await page.goto(address);
    return page;
  }

  /** @param {import('playwright-core').Page} page */
  const names = (page) => page.locator('.answer li');

  /**
   * Gives the page a file as the system would: dropped on it, or pasted.
   *
   * @param {import('playwright-core').Page} page
   * @param {'drop' | 'paste'} way
   */
  async function hand(page, way) {
    const bytes = readFileSync(/** @type {string} */ (photo)).toString('base64');
    await page.evaluate(
      ([base64, kind]) => {
        const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([content], 'photo.jpg', { type: 'image/jpeg' }));
        const event =
          kind === 'drop'
            ? new DragEvent('drop', { dataTransfer: transfer, bubbles: true })
            : new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true });
        document.body.dispatchEvent(event);
      },
      [bytes, way],
    );
  }

  it('a chosen photo gets its names, in Chinese', async () => {
    const page = await open('zh-CN');
    await page.locator('.state.ready').waitFor();
    expect(await page.locator('#state').textContent()).toBe('MobileNetV2 已就绪');
    await page.locator('#file').setInputFiles(/** @type {string} */ (photo));
    await names(page).first().waitFor();
    await keepScreenshot(page, 'home-zh');
    expect(await names(page).count()).toBe(5);
    expect(await names(page).first().locator('b').textContent()).toBe('比格犬');
    await page.close();
  });

  it.each(/** @type {const} */ (['drop', 'paste']))('%s works, in English on a narrow dark screen', async (way) => {
    const page = await open('en-US', { colorScheme: 'dark', viewport: { width: 320, height: 640 } });
    await hand(page, way);
    await names(page).first().waitFor();
    await keepScreenshot(page, `home-${way}`);
    expect(await names(page).first().locator('b').textContent()).toBe('beagle');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    await page.close();
  });

  it('everything can be reached and used from the keyboard', async () => {
    const page = await open('zh-CN');
    const chooser = page.waitForEvent('filechooser');
    const reached = [];
    for (let presses = 0; presses < 6; presses += 1) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName));
    }
    expect(reached).toEqual(['language', 'file', 'SUMMARY', 'A', 'A', 'BODY']);
    await page.locator('#file').focus();
    await page.keyboard.press('Enter');
    await (await chooser).setFiles(/** @type {string} */ (photo));
    await names(page).first().waitFor();
    await page.locator('#language').focus();
    await page.keyboard.press('Enter');
    expect(await names(page).first().locator('b').textContent()).toBe('beagle');
    await page.close();
  });

  it('what is no picture gets a sentence', async () => {
    const page = await open('zh-CN');
    await page.locator('#file').setInputFiles({ name: 'x.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no') });
    expect(await page.getByRole('alert').textContent()).toBe('不支持这种图片格式。');
    await page.close();
  });

  it('a server that wants a key says so, whatever the size of the photo that it did not wait for', async () => {
    const guarded = await startRecogniser(undefined, { PAISHI_AUTH: 'key', PAISHI_KEYS: '0'.repeat(64) });
    try {
      const page = await open('zh-CN', {}, guarded.address);
      await page.locator('.state.ready').waitFor();
      for (const megabytes of [1, 15]) {
        const buffer = Buffer.alloc(megabytes * 1_000_000);
        await page.locator('#file').setInputFiles({ name: 'x.jpg', mimeType: 'image/jpeg', buffer });
        expect(await page.getByRole('alert').textContent()).toContain('API 密钥');
      }
      await page.close();
    } finally {
      await guarded.stop();
    }
  });

  it('links lead to the documentation, which needs no other host', async () => {
    const page = await open('zh-CN');
    const hosts = new Set();
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
    await page.getByRole('link', { name: '接口文档' }).click();
    await page.locator('.opblock').first().waitFor();
    expect([...hosts]).toEqual([new URL(server.address).host]);
    await page.close();
  });
});

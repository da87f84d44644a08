// The server's own page: the first answer without any client.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { server, shareBrowser, shareServer } from './around.js';
import { keepScreenshot } from './artifacts.js';
import { answering, choose, example, fits, openHome, PHONE, rows } from './home.js';
import { PYTHON, shared } from './recogniser.js';

const photo = /** @type {string} */ (shared('photos/imagenet/n02088364_beagle.jpg'));

describe.skipIf(!photo)('the page at / (needs ../shared)', () => {
  shareServer();
  shareBrowser();

  /**
   * Gives the page a file as the system would: dropped on it, or pasted.
   *
   * @param {import('playwright-core').Page} page
   * @param {'drop' | 'paste'} way
   */
  async function hand(page, way) {
    const bytes = readFileSync(photo).toString('base64');
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

  it('a chosen photo gets five names in both languages, the model that gave them and the time it took', async () => {
    const page = await openHome();
    await page.locator('.state.ready').waitFor();
    expect(await page.locator('#state').textContent()).toBe('MobileNetV2 已就绪');
    await choose(page, photo);
    await rows(page).first().waitFor();
    await keepScreenshot(page, 'home-zh');
    expect(await rows(page).count()).toBe(5);
    expect(await rows(page).first().textContent()).toMatch(/^比格犬 beagle \d+\.\d %$/);
    expect(await page.locator('.by').textContent()).toMatch(/^由 MobileNetV2 识别，用时 \d+\.\d\d\s秒$/);
    expect(await page.getByRole('heading', { name: '是猎犬，但不确定是哪一种' }).isVisible()).toBe(true);
    expect(await page.locator('#said').textContent()).toBe('是猎犬，但不确定是哪一种');
    await page.close();
  });

  it.each(/** @type {const} */ (['drop', 'paste']))('%s works, in English on a narrow dark screen', async (way) => {
    const page = await openHome({ locale: 'en-US', colorScheme: 'dark', viewport: { width: 320, height: 640 } });
    await hand(page, way);
    await rows(page).first().waitFor();
    await keepScreenshot(page, `home-${way}`);
    expect(await rows(page).first().locator('b').textContent()).toBe('beagle');
    expect(await fits(page)).toBe(true);
    await page.close();
  });

  it('a touch screen has the camera and the album, and nothing of a mouse', async () => {
    const page = await openHome({ ...PHONE, locale: 'en-US' });
    expect(await page.getByText('Drop a photo').isVisible()).toBe(false);
    expect(await page.getByText('Open on a phone').isVisible()).toBe(false);
    for (const [name, capture] of [
      ['Take a photo', 'environment'],
      ['Choose from album', null],
    ]) {
      const chooser = page.waitForEvent('filechooser');
      await page.getByText(/** @type {string} */ (name), { exact: true }).tap();
      expect(await (await chooser).element().getAttribute('capture')).toBe(capture);
    }
    await page.locator('#camera').setInputFiles(photo);
    await rows(page).first().tap();
    await page.locator('#heat').waitFor();
    await keepScreenshot(page, 'home-phone');
    expect(await fits(page)).toBe(true);
    await page.close();
  });

  it('a mouse has no camera button', async () => {
    const page = await openHome();
    expect(await page.getByText('拍照', { exact: true }).isVisible()).toBe(false);
    expect(await page.getByText('选择照片', { exact: true }).isVisible()).toBe(true);
    await page.close();
  });

  it('everything can be reached and used from the keyboard', async () => {
    const page = await openHome();
    await page.locator('.state.ready').waitFor();
    const chooser = page.waitForEvent('filechooser');
    const reached = [];
    for (let presses = 0; presses < 10; presses += 1) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName));
    }
    expect(reached).toEqual(['language', 'file', 'sample', 'INPUT', 'copy', 'PRE', 'SUMMARY', 'A', 'A', 'BODY']);
    await page.locator('#file').focus();
    await page.keyboard.press('Enter');
    await (await chooser).setFiles(photo);
    await rows(page).first().focus();
    await page.keyboard.press('Space');
    await page.locator('#heat').waitFor();
    expect(await rows(page).first().evaluate((row) => row === document.activeElement)).toBe(true);
    await page.locator('#language').focus();
    await page.keyboard.press('Enter');
    expect(await rows(page).first().locator('b').textContent()).toBe('beagle');
    expect(await rows(page).first().getAttribute('aria-pressed')).toBe('true');
    await page.close();
  });

  it('a tap on a name shows where the photo resembles it, the next one removes that, and so does another photo', async () => {
    const page = await openHome();
    await choose(page, photo);
    const [first, second] = [rows(page).nth(0), rows(page).nth(1)];
    const heat = page.locator('#heat');
    await first.click();
    await heat.waitFor();
    await keepScreenshot(page, 'home-heat');
    expect(await page.locator('#caption').textContent()).toBe('越亮的地方，越像“比格犬”');
    expect(await first.getAttribute('aria-pressed')).toBe('true');
    /** @param {string} selector */
    const shape = (selector) =>
      page.locator(selector).evaluate((/** @type {HTMLImageElement} */ image) => image.naturalWidth / image.naturalHeight);
    expect(await heat.boundingBox()).toEqual(await page.locator('#photo').boundingBox());
    expect(await shape('#heat')).toBeCloseTo(await shape('#photo'), 2);
    const shown = await heat.getAttribute('src');
    await second.click();
    await page.waitForFunction((before) => document.querySelector('#heat:not([hidden])')?.getAttribute('src') !== before, shown);
    expect(await first.getAttribute('aria-pressed')).toBe('false');
    await second.click();
    await heat.waitFor({ state: 'hidden' });
    expect(await second.getAttribute('aria-pressed')).toBe('false');
    expect(await page.locator('#caption').textContent()).toBe('');
    await first.click();
    await heat.waitFor();
    await choose(page, photo);
    await heat.waitFor({ state: 'hidden' });
    await page.close();
  });

  it('while a heat map loads its name says so, and a refusal is a sentence', async () => {
    const page = await openHome({ locale: 'en-US' });
    const json = { ...example('problem'), status: 503, code: 'overloaded', retry_after: 5 };
    /** @type {Promise<import('playwright-core').Route>} */
    const asked = new Promise((resolve) => page.route(/\/explain/, resolve));
    await choose(page, photo);
    await rows(page).first().click();
    await page.locator('.row[aria-busy="true"]').waitFor();
    expect(await page.locator('#caption').textContent()).toBe('Looking for what resembles “beagle”…');
    await (await asked).fulfill({ status: 503, json });
    await page.getByText('Many people are using this server. Try again in 5 s.').waitFor();
    expect(await rows(page).first().getAttribute('aria-pressed')).toBe('false');
    expect(await page.locator('[aria-busy="true"]').count()).toBe(0);
    await page.close();
  });

  it('a HEIC, which the browser cannot show, is shown as the server reads it, and its heat map too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'heic-'));
    const heic = join(folder, 'photo.heic');
    const code = 'import sys, pillow_heif, PIL.Image; pillow_heif.register_heif_opener(); PIL.Image.open(sys.argv[1]).save(sys.argv[2])';
    expect(spawnSync(PYTHON, ['-c', code, photo, heic]).stderr.toString()).toBe('');
    const page = await openHome();
    await choose(page, heic);
    await page.locator('#photo').waitFor();
    expect(await rows(page).first().locator('b').textContent()).toBe('比格犬');
    await rows(page).first().click();
    await page.locator('#heat').waitFor();
    await page.close();
    const refused = await openHome({}, { before: answering('image', example('problem')) });
    await choose(refused, heic);
    await refused.getByText('浏览器无法显示这张照片').waitFor();
    await refused.close();
    rmSync(folder, { recursive: true });
  });

  it('what is no picture gets a sentence', async () => {
    const page = await openHome();
    await choose(page, { name: 'x.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no') });
    expect(await page.getByRole('alert').textContent()).toBe('不支持这种图片格式。');
    await page.close();
  });

  it('the language is the first that the page has, and the chosen one stays', async () => {
    const page = await openHome({}, { before: (opened) => opened.addInitScript(speaks, ['fr-FR', 'zh-TW', 'en']) });
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    await page.getByRole('button', { name: 'English' }).click();
    await page.reload();
    expect(await page.getByText('Choose a photo', { exact: true }).isVisible()).toBe(true);
    await page.close();
    const french = await openHome({ locale: 'fr-FR' });
    expect(await french.locator('html').getAttribute('lang')).toBe('en');
    await french.close();
  });

  it('a browser that refuses storage changes its language all the same', async () => {
    const page = await openHome({}, { before: (opened) => opened.addInitScript(refuseStorage) });
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByText('Choose a photo', { exact: true }).waitFor();
    await page.close();
  });

  it('links lead to the documentation, which needs no other host', async () => {
    const page = await openHome();
    const hosts = new Set();
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
    await page.getByRole('link', { name: '接口文档' }).click();
    await page.locator('.opblock').first().waitFor();
    expect([...hosts]).toEqual([new URL(server.address).host]);
    await page.close();
  });
});

/** @param {string[]} languages */
function speaks(languages) {
  Object.defineProperty(navigator, 'languages', { value: languages });
}

function refuseStorage() {
  Object.defineProperty(window, 'localStorage', {
    get() {
      throw new DOMException('', 'SecurityError');
    },
  });
}

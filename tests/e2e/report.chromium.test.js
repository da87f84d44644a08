import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { findChromium } from '../simulator/chromium.js';
import { borrowBrowser } from '../simulator/browser/share.js';

const ROOT = new URL('../..', import.meta.url).pathname;
const KEEP = join(ROOT, process.env.PAISHI_KEEP_SCREENSHOTS ? 'tests/e2e/screenshots' : 'artifacts/e2e');
const PYTHON = process.env.PAISHI_PYTHON ?? '.venv/bin/python';

describe.skipIf(!findChromium())('The report on a model', () => {
  let folder, borrowed;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'report-'));
    const env = { ...process.env, PYTHONPATH: `${join(ROOT, 'server')}:${ROOT}` };
    execFileSync(PYTHON, ['-m', 'tests.server.training.report_page', folder], { cwd: ROOT, env });
    borrowed = await borrowBrowser();
  }, 60_000);

  afterAll(async () => {
    await borrowed?.giveBack();
    rmSync(folder, { recursive: true, force: true });
  });

  async function opened(options = {}, kind = 'plain') {
    const context = await borrowed.browser.newContext({ viewport: { width: 1000, height: 800 }, locale: 'en-GB', ...options });
    const page = await context.newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(error));
    page.on('request', (request) => request.url().startsWith('http') && errors.push(request.url()));
    await page.goto(pathToFileURL(join(folder, kind, 'report.html')).href);
    return { page, errors, close: () => context.close() };
  }

  test('a click on a cell shows its photos, another one hides them', async () => {
    const { page, errors, close } = await opened();
    const cell = page.getByRole('button', { name: '1 of “red” named “blue”' });
    await cell.click();
    expect(await page.locator('#cell h2').textContent()).toBe('1 of “red” named “blue”');
    expect(await page.locator('#cell figure').count()).toBe(1);
    expect(await page.locator('#cell .file').textContent()).toBe('red/00.jpg');
    const loaded = await page.locator('#cell img').evaluate((image) => image.naturalWidth);
    expect(loaded).toBeGreaterThan(50);
    expect(await cell.getAttribute('aria-expanded')).toBe('true');
    await cell.click();
    expect(await page.locator('#cell figure').count()).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });

  test('names are shown as they are, in both languages', async () => {
    const { page, errors, close } = await opened({ locale: 'zh-CN' }, 'hostile');
    expect(await page.title()).toBe('colours：识别效果报告');
    expect(await page.locator('.matrix tbody th').allTextContents()).toEqual(['蓝', `</script><b onclick=alert(1)>绿 & 'green'`, '红']);
    await page.getByRole('button', { name: 'English' }).click();
    expect(await page.locator('h1').textContent()).toBe('colours: how well it recognises');
    expect(await page.locator('main b[onclick]').count()).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });

  test.each(['light', 'dark'])('it fits a narrow screen, %s', async (colorScheme) => {
    const { page, errors, close } = await opened({ viewport: { width: 320, height: 640 }, colorScheme });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    const sources = await page.locator('picture img').evaluateAll((images) => images.map((image) => image.currentSrc.length));
    expect(Math.min(...sources)).toBeGreaterThan(1000);
    expect(errors).toEqual([]);
    await close();
  });

  test('it is the one in the README', async () => {
    const { page, errors, close } = await opened({ viewport: { width: 1000, height: 1250 } });
    await page.getByRole('button', { name: '1 of “red” named “blue”' }).click();
    mkdirSync(KEEP, { recursive: true });
    await page.screenshot({ path: join(KEEP, 'report.png') });
    expect(errors).toEqual([]);
    await close();
  });

  test('text and ground are apart in both schemes', async () => {
    for (const colorScheme of ['light', 'dark']) {
      const { page, close } = await opened({ colorScheme });
      const [text, ground] = await page.evaluate(() => {
        const { color } = getComputedStyle(document.body);
        const { backgroundColor } = getComputedStyle(document.querySelector('section'));
        const light = (value) => value.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 3;
        return [light(color), light(backgroundColor)];
      });
      expect(Math.abs(text - ground)).toBeGreaterThan(150);
      expect(ground > 128).toBe(colorScheme === 'light');
      await close();
    }
  });
});

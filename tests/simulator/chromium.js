import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { environmentOf, findChromium } from './browser/find.js';
import { PROXY_PREFIX } from './proxy.js';
import { startServer } from './server.js';

export { findChromium };

/**
 * @typedef {object} PhoneLaunch
 * @property {string} root the mini-program's folder
 * @property {number} [width] CSS pixels, default 390
 * @property {number} [height] CSS pixels, default 844
 * @property {'light' | 'dark'} [theme] of the browser, default light
 * @property {string} [cameraPhoto] a JPEG file that the camera shows; a test picture otherwise
 * @property {string} [server] where requests for http://127.0.0.1:5000 go
 * @property {Record<string, string>} [query] of the host page, see README.md
 * @property {boolean} [touch] default true: fingers instead of a mouse
 *
 * @typedef {object} RunningPhone
 * @property {import('playwright-core').Page} page
 * @property {string} url of the host page
 * @property {Error[]} errors uncaught errors and console errors, as they come
 * @property {() => Promise<void>} restart loads the page again, with files and storage as they are
 * @property {() => Promise<void>} close
 */

/**
 * A browser without a mini-program.
 *
 * @param {string[]} [flags] more of them
 * @returns {Promise<import('playwright-core').Browser>}
 * @throws {Error} where there is no Chromium
 */
export async function launchBrowser(flags = []) {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('no Chromium: install one or set CHROMIUM');
  const args = ['--no-sandbox', ...flags];
  return chromium.launch({ executablePath, args, env: environmentOf(executablePath) });
}

/**
 * Runs the mini-program in a real browser of a phone's size, with a camera that shows a photo.
 *
 * @param {PhoneLaunch} options
 * @returns {Promise<RunningPhone>}
 * @throws {Error} where there is no Chromium
 */
export async function launchPhone({
  root,
  width = 390,
  height = 844,
  theme = 'light',
  cameraPhoto,
  server,
  query = {},
  touch = true,
}) {
  const served = await startServer({ root, server });
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  const browser = await launchBrowser(cameraFlags(cameraPhoto, folder));
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    hasTouch: touch,
    acceptDownloads: true,
    locale: 'zh-CN',
    deviceScaleFactor: 2,
    permissions: ['camera', 'clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  const errors = collectErrors(page);
  const url = `${served.url}?${new URLSearchParams(query)}`;
  await page.goto(url);
  return {
    page,
    url,
    errors,
    async restart() {
      await page.evaluate(() => window.simulator.flush());
      await page.reload();
      await page.waitForFunction(() => window.simulator);
    },
    async close() {
      await browser.close();
      await served.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @returns {string[]} an MJPEG file is JPEGs one after the other, so a copy of one is a film */
function cameraFlags(cameraPhoto, folder) {
  const camera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
  if (cameraPhoto) {
    const film = join(folder, 'camera.mjpeg');
    copyFileSync(cameraPhoto, film);
    camera.push(`--use-file-for-fake-video-capture=${film}`);
  }
  return camera;
}

/** @param {import('playwright-core').Page} page @returns {Error[]} */
function collectErrors(page) {
  /** @type {Error[]} */
  const errors = [];
  page.on('pageerror', (error) => errors.push(error));
  page.on('console', (message) => {
    // The browser complains about every 4xx and every refused connection; a phone does not.
    const ofRequest = message.location().url.includes(PROXY_PREFIX);
    if (message.type() === 'error' && !ofRequest) errors.push(new Error(message.text()));
  });
  return errors;
}

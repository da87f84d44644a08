import { findChromium } from './browser/find.js';
import { launchBrowser } from './browser/launch.js';
import { borrowBrowser } from './browser/share.js';
import { PROXY_PREFIX } from './proxy.js';
import { startServer } from './server.js';

export { findChromium, launchBrowser };

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
  const { browser, giveBack } = await borrowBrowser(cameraPhoto);
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
  await started(page);
  return {
    page,
    url,
    errors,
    async restart() {
      await page.evaluate(() => window.simulator.flush());
      await page.reload();
      await started(page);
    },
    async close() {
      await context.close();
      giveBack();
      await served.close();
    },
  };
}

/**
 * The page has loaded before the simulator has read the files of its phone.
 *
 * @param {import('playwright-core').Page} page
 * @returns {Promise<unknown>} once `window.simulator` can be used; at once where the mini-program does not compile
 */
const started = (page) => page.waitForFunction(() => window.simulator ?? !window.__miniprogram);

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

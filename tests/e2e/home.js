import { readFileSync } from 'node:fs';
import { browser, server } from './around.js';

/**
 * Opens the server's own page in a browser of its own settings. What it throws fails the test.
 *
 * @param {import('playwright-core').BrowserContextOptions} [options]  default: Chinese, 900 pixels wide
 * @param {{address?: string, before?: (page: import('playwright-core').Page) => Promise<unknown>}} [more]  another
 *   server; what happens before the page loads
 */
export async function openHome(options, { address = server.address, before } = {}) {
  const page = await browser.newPage({ locale: 'zh-CN', viewport: { width: 900, height: 900 }, ...options });
  page.setDefaultTimeout(20_000);
  page.on('pageerror', (error) => {
    throw error;
  });
  await before?.(page);
  await page.goto(address);
  return page;
}

/** @type {import('playwright-core').BrowserContextOptions} */
export const PHONE = { hasTouch: true, isMobile: true, viewport: { width: 320, height: 640 } };

/** The rows of the answer, most probable first. @param {import('playwright-core').Page} page */
export const rows = (page) => page.locator('.answer .row');

/** @param {import('playwright-core').Page} page @param {Parameters<import('playwright-core').Locator['setInputFiles']>[0]} file */
export const choose = (page, file) => page.locator('#file').setInputFiles(file);

/** Whether the page is no wider than the screen, and no name wider than its row. @param {import('playwright-core').Page} page */
export const fits = (page) =>
  page.evaluate(
    (width) =>
      document.documentElement.scrollWidth <= width &&
      [...document.querySelectorAll('.row')].every((row) => row.scrollWidth <= row.clientWidth),
    page.viewportSize()?.width ?? 0,
  );

/**
 * Has a route answer with a body.
 *
 * @param {string} path  such as readyz
 * @param {any} body
 * @returns {(page: import('playwright-core').Page) => Promise<unknown>}
 */
export const answering = (path, body) => (page) =>
  page.route(new RegExp(`/${path}(\\?|$)`), (route) =>
    route.fulfill({ status: typeof body.status === 'number' ? body.status : 200, json: body }),
  );

/** A golden body of the contract. @param {string} name @returns {any} */
export const example = (name) =>
  JSON.parse(readFileSync(new URL(`../../shared/examples/${name}.json`, import.meta.url), 'utf8'));

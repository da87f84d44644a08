import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchBrowser } from '../simulator/chromium.js';
import { startRecogniser } from './recogniser.js';
import { visit } from './visit.js';

/** @type {import('./recogniser.js').Recogniser} of the chapter */
export let server;
/** @type {import('playwright-core').Browser} of the chapter, where no phone is wanted */
export let browser;
/** @type {import('../simulator/chromium.js').RunningPhone} of the test that runs */
export let phone;
/** @type {import('playwright-core').Page} that the phone is on */
export let page;

/** One server for all tests of a chapter. @param {Record<string, string>} [settings]  more of them */
export function shareServer(settings) {
  beforeAll(async () => {
    server = await startRecogniser(undefined, settings);
  });
  afterAll(() => server.stop());
}

/** One bare browser for all tests of a chapter. */
export function shareBrowser() {
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
}

/** Closes the phone after every test; nothing may have been thrown on it. */
export function closePhones() {
  afterEach(async () => {
    const { errors } = phone;
    await phone.close();
    expect(errors).toEqual([]);
  });
}

/**
 * The mini-program on a phone.
 *
 * @param {Record<string, string>} [query]  as `visit` has it
 * @param {string} [address]  of another server
 * @returns {Promise<void>}
 */
export async function begin(query, address = server.address) {
  phone = await visit(address, query);
  ({ page } = phone);
}

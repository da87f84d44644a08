import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { launchBrowser } from '../simulator/chromium.js';
import { startRecogniser } from './recogniser.js';
import { visit } from './visit.js';

/** @type {{address: string}} of the chapter */
export let server;
/** @type {import('playwright-core').Browser} of the chapter, where no phone is wanted */
export let browser;
/** @type {import('../simulator/chromium.js').RunningPhone} of the test that runs */
export let phone;
/** @type {import('playwright-core').Page} that the phone is on */
export let page;

/** The server that all chapters share, or one of this chapter's own. @param {Record<string, string>} [settings]  of that */
export function shareServer(settings) {
  if (!settings) {
    server = { address: inject('recogniser') };
    return;
  }
  /** @type {import('./recogniser.js').Recogniser} */
  let own;
  beforeAll(async () => {
    server = own = await startRecogniser(undefined, settings);
  });
  afterAll(() => own.stop());
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
 * @param {string} [cameraPhoto]  as `visit` has it
 * @returns {Promise<void>}
 */
export async function begin(query, address = server.address, cameraPhoto) {
  phone = await visit(address, query, cameraPhoto);
  ({ page } = phone);
}

import { afterAll, afterEach, beforeAll } from 'vitest';
import { launchPhone } from '../../simulator/chromium.js';
import { ROOT } from '../sources.js';
import { startServer } from '../server.js';

/** CSS pixels; the platform's own advice for what a finger meets. */
export const FINGER = 44;

/** The whole window is the phone: wide ones would otherwise show a phone with a frame. */
export const FILL = '.phone { width: 100vw !important; height: 100vh !important; max-width: none !important; max-height: none !important; border: 0 !important; border-radius: 0 !important; margin: 0 !important; }';

/** @type {import('../server.js').TestServer} of the file */
export let server;
/** @type {import('../../simulator/chromium.js').RunningPhone} of the test that runs */
export let phone;

/**
 * One server around all tests of a file, and after each of them the end of its phone. What may stand in the
 * console differs: each file says for itself what it expects of `phone.errors`.
 *
 * @param {Record<string, import('../server.js').Reply>} answers  of the server, by route
 */
export function aroundAllTests(answers) {
  beforeAll(async () => {
    server = await startServer();
    for (const [route, reply] of Object.entries(answers)) server.on(route, reply);
  });
  afterAll(() => server.close());
  afterEach(() => phone.close());
}

/** A phone on that server. @param {Partial<import('../../simulator/chromium.js').PhoneLaunch>} options @returns {Promise<void>} */
export async function launch(options) {
  phone = await launchPhone({ root: ROOT, server: server.address, ...options });
}

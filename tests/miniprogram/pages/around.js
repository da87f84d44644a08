import { afterEach, beforeEach, expect } from 'vitest';
import { example } from '../sources.js';
import { startServer } from '../server.js';
import { openPhone } from './phone.js';

const PREDICTS = { 'POST /predict': { body: example('predictions') } };

/** @type {import('../server.js').TestServer} of the test that runs */
export let server;
/** @type {import('./phone.js').OpenPhone} the one that was opened last */
export let phone;
/** @type {import('./phone.js').PhoneOptions} */
let usual;

/**
 * What stands around every test of a page: a server of its own before, and after it the check that the page
 * threw nothing. The test opens the phone when it is ready for it.
 *
 * @param {object} [how]
 * @param {Record<string, import('../server.js').Reply>} [how.answers]  of the server, by route
 * @param {import('./phone.js').PhoneOptions} [how.phone]  of every phone in the file
 */
export function aroundEachTest({ answers = PREDICTS, phone: options = {} } = {}) {
  usual = options;
  beforeEach(async () => {
    server = await startServer();
    for (const [route, reply] of Object.entries(answers)) server.on(route, reply);
  });
  afterEach(async () => {
    expect(phone.errors).toEqual([]);
    await phone.close();
    await server.close();
  });
}

/** The phone on that server. @param {import('./phone.js').PhoneOptions} [options] @returns {Promise<void>} */
export async function open(options) {
  phone = await openPhone({ server: server.address, ...usual, ...options });
}

/** The app starts again on the same phone. @param {import('./phone.js').PhoneOptions} [options] @returns {Promise<void>} */
export async function restart(options) {
  expect(phone.errors).toEqual([]);
  const { storage, files } = phone.kept();
  await phone.close();
  await open({ ...options, storage, files });
}

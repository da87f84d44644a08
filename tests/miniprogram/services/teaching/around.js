import { afterEach, beforeEach } from 'vitest';
import { example, load, loadAnew } from '../../sources.js';
import { startServer } from '../../server.js';
import { platform } from '../platform.js';

export const TAUGHT = { body: example('taught') };
export const OFF = { status: 502, body: '' };

/** @type {Awaited<ReturnType<typeof platform>>} */
export let device;
/** @type {import('../../server.js').TestServer} */
export let server;
/** @type {any} */
export let lessons;
/** @type {any} */
export let book;
/** @type {any} */
export let queue;
/** @type {any} */
export let consent;

/** The app starts again on the same phone. */
export function restart() {
  lessons = loadAnew('services/teaching/lessons.js');
  [book, queue, consent] = ['book', 'queue', 'consent'].map((name) => load(`services/teaching/${name}.js`));
}

/** Around each test: a server that teaches, and a phone whose user agreed to it. */
export function aroundEachLesson() {
  beforeEach(async () => {
    server = await startServer();
    server.on('POST /taught', TAUGHT);
    server.on('GET /taught', { body: example('taught-things') });
    device = await platform({ server: server.address });
    restart();
    consent.allowTeaching();
  });
  afterEach(async () => {
    await device.close();
    await server.close();
  });
}

/** Teaches one photo, and waits for the queue. @param {string} name @returns {Promise<any>} */
export async function teach(name) {
  const change = await lessons.teach(device.photo(), name);
  await lessons.sendLessons();
  return change;
}

/** @returns {string[]} what waits, as kind and name */
export const waiting = () => lessons.waitingChanges().map(({ kind, name, id }) => `${kind} ${name || id}`);

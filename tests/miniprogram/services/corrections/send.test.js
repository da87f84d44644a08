import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { example, loadAnew, load } from '../../sources.js';
import { startServer } from '../../server.js';
import { platform } from '../platform.js';

const ANSWER = JSON.parse(example('predictions'));
const TUSKER = ANSWER.predictions[1];
const KEPT = { body: example('correction') };

/** @param {string} code @param {number} status @returns {import('../../server.js').Reply} */
const problem = (code, status) => ({ status, body: { ...JSON.parse(example('problem')), code, status } });

/** @type {Awaited<ReturnType<typeof platform>>} */
let device;
/** @type {import('../../server.js').TestServer} */
let server;
/** @type {any} */
let corrections;
/** @type {any} */
let history;
/** @type {any} */
let consent;
/** @type {any} */
let queue;

/** The app starts again on the same phone. */
function restart() {
  corrections = loadAnew('services/corrections/send.js');
  [history, consent, queue] = ['history/history', 'corrections/consent', 'corrections/queue'].map((path) => load(`services/${path}.js`));
}

/** A result that the person corrected. @param {any} [correction] @returns {Promise<any>} */
async function corrected(correction = TUSKER) {
  const { id } = await history.remember({ photo: device.photo(), answer: ANSWER });
  return history.correct(id, correction);
}

/** @returns {string[]} ids of the results that wait */
const waiting = () => queue.waiting().map(({ id }) => id);

beforeEach(async () => {
  server = await startServer();
  server.on('POST /corrections', KEPT);
  device = await platform({ server: server.address });
  restart();
  consent.setContributing(true);
});
afterEach(async () => {
  await device.close();
  await server.close();
});

describe('a correction', () => {
  it('without consent is not sent and does not wait', async () => {
    device.wx.removeStorageSync('may-contribute');
    await corrections.offer(await corrected());
    expect(server.to('/corrections')).toEqual([]);
    expect(waiting()).toEqual([]);
  });

  it.each([
    ['a class by its id', TUSKER, 'n01871265'],
    ['a typed name as it is', '毛绒玩具', '毛绒玩具'],
  ])('is sent with its photo: %s', async (_, correction, label) => {
    await corrections.offer(await corrected(correction));
    const [{ body }] = server.to('/corrections');
    expect(body).toContain('name="image"');
    expect(Buffer.from(body, 'latin1').toString()).toMatch(new RegExp(`name="label"\\r\\n\\r\\n${label}\\r\\n`));
    expect(waiting()).toEqual([]);
  });

  it('that is taken back before it went out is not sent', async () => {
    server.on('POST /corrections', problem('internal', 500), KEPT);
    const entry = await corrected();
    await corrections.offer(entry);
    expect(waiting()).toEqual([entry.id]);
    await corrections.offer(history.correct(entry.id, null));
    expect(waiting()).toEqual([]);
    await corrections.sendWaiting();
    expect(server.to('/corrections')).toHaveLength(1);
  });

  it('that is changed while it is on its way goes again as it is', async () => {
    let answer = () => {};
    server.on('POST /corrections', () => new Promise((resolve) => (answer = () => resolve(KEPT))), KEPT);
    const entry = await corrected();
    const first = corrections.offer(entry);
    while (server.to('/corrections').length === 0) await new Promise((turn) => setTimeout(turn, 5));
    corrections.offer(history.correct(entry.id, '猫'));
    answer();
    await first;
    await corrections.sendWaiting();
    expect(server.to('/corrections')).toHaveLength(2);
    expect(Buffer.from(server.to('/corrections')[1].body, 'latin1').toString()).toContain('猫');
    expect(waiting()).toEqual([]);
  });
});

describe('a failure is silent, and', () => {
  it('is tried again later, also after a restart', async () => {
    server.on('POST /corrections', problem('internal', 500), KEPT);
    const { id } = await corrected();
    await corrections.offer(history.entry(id));
    restart();
    expect(waiting()).toEqual([id]);
    await corrections.sendWaiting();
    expect(server.to('/corrections')).toHaveLength(2);
    expect(waiting()).toEqual([]);
  });

  it('ends after some tries', async () => {
    server.on('POST /corrections', problem('internal', 500));
    await corrections.offer(await corrected());
    for (let time = 0; time < 10; time += 1) await corrections.sendWaiting();
    expect(server.to('/corrections')).toHaveLength(queue.TRIES);
    expect(waiting()).toEqual([]);
  });

  it('keeps the others from being tried in vain', async () => {
    server.on('POST /corrections', problem('internal', 500));
    const [one, two] = [await corrected(), await corrected()];
    await corrections.offer(one);
    await corrections.offer(two);
    expect(server.to('/corrections')).toHaveLength(2);
    expect(waiting()).toEqual([one.id, two.id]);
  });

  it('of one photo does not hold up the next', async () => {
    server.on('POST /corrections', problem('internal', 500), problem('image-format-unsupported', 415), KEPT);
    const [one, two] = [await corrected(), await corrected()];
    await corrections.offer(one);
    await corrections.offer(two);
    expect(server.to('/corrections')).toHaveLength(3);
    expect(waiting()).toEqual([]);
  });

  it.each([
    ['corrections-off', 404],
    ['corrections-full', 507],
  ])('%s ends it quietly', async (code, status) => {
    server.on('POST /corrections', problem('internal', 500), problem(code, status));
    await corrections.offer(await corrected());
    await corrections.offer(await corrected());
    expect(waiting()).toEqual([]);
  });

  it('a consent that is withdrawn ends it', async () => {
    server.on('POST /corrections', problem('internal', 500));
    await corrections.offer(await corrected());
    consent.setContributing(false);
    await corrections.sendWaiting();
    expect(waiting()).toEqual([]);
    expect(server.to('/corrections')).toHaveLength(1);
  });

  it('a result that was deleted is not sent', async () => {
    server.on('POST /corrections', problem('internal', 500), KEPT);
    const entry = await corrected();
    await corrections.offer(entry);
    await history.forget(entry.id);
    await corrections.sendWaiting();
    expect(server.to('/corrections')).toHaveLength(1);
    expect(waiting()).toEqual([]);
  });
});

describe('what waits', () => {
  it('is bounded, the oldest goes first', () => {
    for (let index = 0; index < 30; index += 1) queue.wait(`r${index}`);
    expect(waiting()).toHaveLength(queue.WAITING);
    expect(waiting()[0]).toBe('r10');
  });

  it('is nothing where the storage holds something else', () => {
    for (const broken of ['x', { id: 1 }, [null, { id: '' }, { id: 'a', tries: -1 }]]) {
      device.wx.setStorageSync('corrections-waiting', broken);
      expect(waiting()).toEqual([]);
    }
  });

  it('may find no room', () => {
    device.wx.setStorageSync = () => {
      throw new Error('setStorageSync:fail');
    };
    expect(() => queue.wait('r0')).not.toThrow();
  });
});

it('only a flag that was set is consent', () => {
  for (const stored of ['true', 1, {}, false, null]) {
    device.wx.setStorageSync('may-contribute', stored);
    expect(consent.mayContribute()).toBe(false);
  }
});

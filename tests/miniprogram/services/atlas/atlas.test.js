import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { example, load, loadAnew } from '../../sources.js';
import { past } from '../../pages/past.js';
import { platform } from '../platform.js';

const ANSWER = JSON.parse(example('predictions'));
const TAUGHT = JSON.parse(example('predictions-taught'));
const [ELEPHANT, TUSKER, AFRICAN] = ANSWER.predictions;

/** @type {Awaited<ReturnType<typeof platform>>} */
let device;
/** @type {typeof import('../../../../miniprogram/services/history/history.js')} */
let history;
/** @type {typeof import('../../../../miniprogram/services/atlas/atlas.js')} */
let atlas;

/** The app starts again on the same phone. */
function restart() {
  history = loadAnew('services/history/history.js');
  atlas = load('services/atlas/atlas.js');
}

/** @param {any} [first] prediction @param {object} [changes] of the answer @returns {ReturnType<typeof history.remember>} */
function remember(first = ELEPHANT, changes = {}) {
  return history.remember({ photo: device.photo(), answer: { ...ANSWER, predictions: [first, TUSKER], ...changes } });
}

/** @returns {string[]} */
const met = () => atlas.meetings().map(({ id }) => id);

/** The phone has a past. @param {object[]} entries */
function give(entries) {
  const { storage, files } = past(entries);
  device.files.mkdirSync(`${device.wx.env.USER_DATA_PATH}/history`, true);
  for (const [path, bytes] of Object.entries(files)) device.files.writeFileSync(path, new device.phone.window.Uint8Array(bytes).buffer);
  device.wx.setStorageSync('history', storage.history);
}

beforeEach(async () => {
  device = await platform();
  restart();
});
afterEach(() => device.close());

describe('a class is met', () => {
  it('once, by the first confident answer, and is there after a restart with its picture', async () => {
    const first = await remember();
    await remember(AFRICAN);
    await remember();
    restart();
    expect(atlas.meetings()).toMatchObject([
      { id: AFRICAN.id, number: 2, fresh: true },
      { id: ELEPHANT.id, number: 1, result: first.id, at: first.takenAt, fresh: true },
    ]);
    expect(device.has(atlas.meetings()[1].photo)).toBe(true);
  });

  it.each([
    ['of which the model is not confident', ELEPHANT, { confident: false }],
    ['of a model with other classes', ELEPHANT, { model: { name: 'Ours', labels: 'our-parts' } }],
    ['that the package does not know', { ...ELEPHANT, id: 'n0' }, {}],
    ['that the user taught', TAUGHT.predictions.find(({ taught }) => taught), {}],
  ])('not by an answer %s', async (_, first, changes) => {
    await remember(first, changes);
    expect(met()).toEqual([]);
  });

  it('not by one that is corrected; undone, it is met again, and the next one of the class takes its place', async () => {
    const first = await remember();
    history.correct(first.id, TUSKER);
    expect(met()).toEqual([]);
    history.correct(first.id, null);
    expect(atlas.meetings()).toMatchObject([{ id: ELEPHANT.id, at: first.takenAt }]);
    const second = await remember();
    history.correct(first.id, '豆豆');
    expect(atlas.meetings()).toMatchObject([{ id: ELEPHANT.id, result: second.id }]);
  });

  it('not by a result that nobody saw', async () => {
    const unseen = await remember();
    await history.discard(unseen.id);
    expect(met()).toEqual([]);
    expect(device.inside('history')).toEqual([]);
  });
});

describe('results of a time before there was an atlas', () => {
  it('are taken up once, oldest first, and are not new', () => {
    give([{ predictions: [AFRICAN] }, {}, { confident: false, predictions: [TUSKER] }, {}]);
    restart();
    history.entries();
    expect(atlas.meetings()).toMatchObject([
      { id: AFRICAN.id, number: 2, result: 'r0', fresh: false },
      { id: ELEPHANT.id, number: 1, result: 'r3', fresh: false },
    ]);
    atlas.withdraw('r0');
    restart();
    history.entries();
    expect(met()).toEqual([ELEPHANT.id]);
  });
});

describe('the picture of a meeting', () => {
  it('stays when the history drops its oldest results, also after a restart', async () => {
    give([...Array.from({ length: history.ENTRIES - 1 }, () => ({ confident: false })), { predictions: [AFRICAN] }]);
    restart();
    expect(history.entry('r99')).not.toBeNull();
    await remember();
    expect(history.entry('r99')).toBeNull();
    expect(device.inside('history')).not.toContain('r99.jpg');
    device.files.writeFileSync(`${device.wx.env.USER_DATA_PATH}/history/leftover.jpg`, 'x');
    restart();
    history.entries();
    await expect.poll(() => device.inside('history')).not.toContain('leftover.jpg');
    const { photo } = atlas.meetings().at(-1);
    expect(photo).toMatch(/r99-small\.jpg$/);
    expect(device.has(photo)).toBe(true);
  });

  it('goes with the result that the user deletes, and the meeting stays', async () => {
    const { id } = await remember();
    await history.forget(id);
    expect(atlas.meetings()).toMatchObject([{ id: ELEPHANT.id, result: '', photo: '' }]);
    expect(device.inside('history')).toEqual([]);
  });

  it('goes with all results, and the meetings stay', async () => {
    await remember();
    await remember(AFRICAN);
    await history.forgetAll();
    expect(atlas.meetings()).toMatchObject([{ photo: '' }, { photo: '' }]);
    expect(device.inside('history')).toEqual([]);
  });
});

it('what was looked at is not fresh any more, and what comes after is', async () => {
  await remember();
  atlas.see();
  restart();
  expect(atlas.meetings()).toMatchObject([{ fresh: false }]);
  const later = Date.now() + 5;
  while (Date.now() < later);
  await remember(AFRICAN);
  expect(atlas.meetings()).toMatchObject([{ id: AFRICAN.id, fresh: true }, { fresh: false }]);
});

it('nonsense in the storage is left out, and a full phone keeps what was met for the session', async () => {
  device.wx.setStorageSync('atlas', { met: [{ id: 'constructor', at: 1, result: '', picture: '' }, null, { id: ELEPHANT.id, at: 1, result: '', picture: '' }], seenAt: 0 });
  restart();
  expect(met()).toEqual([ELEPHANT.id]);
  const photo = device.photo();
  device.phone.simulator.storageFull(true);
  await history.remember({ photo, answer: { ...ANSWER, predictions: [AFRICAN] } });
  expect(met()).toEqual([AFRICAN.id, ELEPHANT.id]);
  expect(atlas.meetings()[0].photo).toBe('');
});

it('all of it is forgotten with everything else', async () => {
  await remember();
  const usage = load('services/storage-usage.js');
  expect((await usage.storageUsage()).met).toBe(1);
  expect(await usage.forgetEverything()).toBe(true);
  expect(met()).toEqual([]);
  expect(device.wx.getStorageInfoSync().keys).toEqual([]);
});

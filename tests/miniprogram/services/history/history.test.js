import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { example, loadAnew } from '../../sources.js';
import { PICTURE } from '../../picture.js';
import { platform } from '../platform.js';

const ANSWER = JSON.parse(example('predictions'));
const UNSURE = JSON.parse(example('predictions-unsure'));
const [ELEPHANT, TUSKER] = ANSWER.predictions;

/** @type {Awaited<ReturnType<typeof platform>>} */
let device;
/** @type {typeof import('../../../../miniprogram/services/history/history.js')} */
let history;

/** The app starts again on the same phone. */
function restart() {
  history = loadAnew('services/history/history.js');
}

/** @param {string} [name] @returns {ReturnType<typeof history.remember>} */
function remember(name = '印度象') {
  const [first, ...rest] = ANSWER.predictions;
  return history.remember({
    photo: device.photo(),
    answer: { ...ANSWER, predictions: [{ ...first, name: { en: 'x', zh: name } }, ...rest] },
  });
}

/** @returns {string[]} */
const names = () => history.entries().map(({ predictions }) => predictions[0].name.zh);

/** @returns {string[]} names of the photos that are kept */
const photos = () => device.inside('history').filter((name) => !name.includes('small'));

/** @returns {Promise<void>} when files that nobody waits for are gone */
async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
}

beforeEach(async () => {
  device = await platform();
  restart();
});
afterEach(() => device.close());

describe('a result', () => {
  it('is kept with its photo, and is there after a restart', async () => {
    const photo = device.photo();
    const kept = await history.remember({ photo, answer: ANSWER });
    device.files.unlinkSync(photo);
    restart();
    const [entry] = history.entries();
    expect(entry).toEqual(kept);
    expect(entry).toMatchObject({ confident: true, kind: null, model: ANSWER.model, corrected: null });
    expect(entry.predictions).toEqual(ANSWER.predictions);
    expect(Buffer.from(device.files.readFileSync(entry.photo)).equals(PICTURE)).toBe(true);
    expect(history.entry(kept.id)).toEqual(kept);
    expect(history.entry('other')).toBeNull();
  });

  it('of an unsure name keeps the kind', async () => {
    const { id } = await history.remember({ photo: device.photo(), answer: UNSURE });
    restart();
    expect(history.entry(id)).toMatchObject({ confident: false, kind: UNSURE.kind });
  });

  it('comes before the older ones, which stay as they are', async () => {
    for (const name of ['一', '二', '三']) await remember(name);
    expect(names()).toEqual(['三', '二', '一']);
    expect(new Set(history.entries().map(({ id }) => id)).size).toBe(3);
  });

  it('keeps five names of twenty', async () => {
    const predictions = Array.from({ length: 20 }, (_, index) => ({ ...ELEPHANT, id: `n${index}` }));
    const entry = await history.remember({ photo: device.photo(), answer: { ...ANSWER, predictions } });
    expect(entry.predictions.map(({ id }) => id)).toEqual(['n0', 'n1', 'n2', 'n3', 'n4']);
  });

  it('has a small picture for lists, which goes with it', async () => {
    const { id, photo, small } = await remember();
    expect(small).not.toBe(photo);
    expect(device.has(small)).toBe(true);
    restart();
    expect(history.entry(id)?.small).toBe(small);
    await history.forget(id);
    expect(device.inside('history')).toEqual([]);
  });

  it('of which the platform makes no small picture shows the photo in lists', async () => {
    device.wx.compressImage = ({ fail }) => fail({ errMsg: 'compressImage:fail' });
    const { id, photo } = await remember();
    restart();
    expect(history.entry(id)?.small).toBe(photo);
  });

  it('whose photo is gone before it was copied ends with the session', async () => {
    const entry = await history.remember({ photo: `${device.wx.env.USER_DATA_PATH}/gone.jpg`, answer: ANSWER });
    expect(history.entry(entry.id)?.photo).toContain('gone.jpg');
    restart();
    expect(history.entries()).toEqual([]);
  });

  it('is forgotten with its photo', async () => {
    const [old, fresh] = [await remember(), await remember()];
    await history.forget(old.id);
    expect(device.has(old.photo)).toBe(false);
    expect(device.has(fresh.photo)).toBe(true);
    restart();
    expect(history.entries().map(({ id }) => id)).toEqual([fresh.id]);
    await history.forgetAll();
    expect(device.inside('history')).toEqual([]);
    restart();
    expect(history.entries()).toEqual([]);
  });
});

describe('a correction', () => {
  it('is one of the classes, without what else the class has', async () => {
    const { id } = await remember();
    history.correct(id, TUSKER);
    restart();
    expect(history.entry(id)?.corrected).toEqual({ id: TUSKER.id, label: 'tusker', name: TUSKER.name });
  });

  it('is a name as it was typed, tidied and of bounded length', async () => {
    const { id } = await remember();
    history.correct(id, `  我家的   ${'猫'.repeat(60)} `);
    const corrected = history.entry(id)?.corrected;
    expect(corrected).toEqual({ id: '', label: corrected.name.zh, name: { en: corrected.label, zh: corrected.label } });
    expect(corrected.label).toBe(`我家的 ${'猫'.repeat(36)}`);
  });

  it('can be taken back, and nothing typed is none', async () => {
    const { id } = await remember();
    history.correct(id, '猫');
    history.correct(id, null);
    restart();
    expect(history.entry(id)?.corrected).toBeNull();
    expect(history.correct(id, '   ')?.corrected).toBeNull();
    expect(history.correct('other', '猫')).toBeNull();
  });
});

describe('the bounds', () => {
  it('are a hundred results; the oldest goes with its photo', async () => {
    const oldest = await remember('最早');
    for (let index = 1; index <= history.ENTRIES; index += 1) await remember(String(index));
    expect(names()).toHaveLength(history.ENTRIES);
    expect(names()[0]).toBe('100');
    expect(names()).not.toContain('最早');
    expect(device.has(oldest.photo)).toBe(false);
    expect(photos()).toHaveLength(history.ENTRIES);
    // The atlas keeps the small picture of the first one.
    expect(device.inside('history')).toHaveLength(2 * history.ENTRIES + 1);
    restart();
    expect(names()).toHaveLength(history.ENTRIES);
  });

  it('are bytes too', async () => {
    const half = async () => {
      const photo = device.photo(Buffer.alloc(45 * 1024 * 1024));
      const entry = await history.remember({ photo, answer: ANSWER });
      device.files.unlinkSync(photo);
      return entry;
    };
    const [first, second, third] = [await half(), await half(), await half()];
    expect(history.entries().map(({ id }) => id)).toEqual([third.id, second.id]);
    expect(device.has(first.photo)).toBe(false);
  });

  it('hold for names without end: older results go until the rest fits into one key', async () => {
    const long = { ...ANSWER, predictions: [{ ...ELEPHANT, label: 'x'.repeat(100_000) }] };
    for (let index = 0; index < 4; index += 1) await history.remember({ photo: device.photo(), answer: long });
    expect(history.entries()).toHaveLength(2);
    restart();
    expect(history.entries()).toHaveLength(2);
    expect(photos()).toHaveLength(2);
  });
});

describe('without room', () => {
  /** @param {number} bytes  for all photos; what is above is refused as the platform does */
  function room(bytes) {
    const { files, wx } = device;
    const used = () => device.inside('history').reduce((sum, name) => sum + files.statSync(`${wx.env.USER_DATA_PATH}/history/${name}`).size, 0);
    wx.getFileSystemManager = () => ({
      ...files,
      copyFile(options) {
        if (used() + files.statSync(options.srcPath).size <= bytes) return files.copyFile(options);
        options.fail({ errMsg: 'copyFile:fail the maximum size of the file storage limit is exceeded' });
      },
    });
    // The simulator's wx has a fixed set of members.
    globalThis.wx = new Proxy(wx, { get: (target, name) => target[name] });
  }

  it('for another photo the oldest make room', async () => {
    room(4.5 * PICTURE.length);
    for (const name of ['一', '二', '三']) await remember(name);
    expect(names()).toEqual(['三', '二']);
    restart();
    expect(names()).toEqual(['三', '二']);
  });

  it('beside favourites the newest is there for this session, and they stay', async () => {
    const { id } = await remember();
    history.favour(id, true);
    room(2.5 * PICTURE.length);
    const newest = await remember();
    expect(history.entries().map((entry) => entry.id)).toEqual([newest.id, id]);
    restart();
    expect(history.entries().map((entry) => entry.id)).toEqual([id]);
  });

  it('for even one photo the newest is there for this session', async () => {
    room(0);
    const entry = await remember();
    expect(history.entry(entry.id)).toEqual(entry);
    expect(device.has(entry.photo)).toBe(true);
    restart();
    expect(history.entries()).toEqual([]);
  });

  it('in the storage the newest is there for this session, and leaves no file', async () => {
    device.wx.setStorageSync = () => {
      throw new Error('setStorageSync:fail exceed storage max size 10Mb');
    };
    const entry = await remember();
    expect(history.entries().map(({ id }) => id)).toEqual([entry.id]);
    expect(device.has(entry.photo)).toBe(true);
    expect(device.inside('history')).toEqual([]);
  });

  it('in the storage older results make room', async () => {
    for (const name of ['一', '二', '三']) await remember(name);
    const set = device.wx.setStorageSync;
    device.wx.setStorageSync = (key, value) => {
      if (value.length > 2) throw new Error('setStorageSync:fail exceed storage max size 10Mb');
      set(key, value);
    };
    await remember('四');
    expect(names()[0]).toBe('四');
    expect(names().length).toBeLessThanOrEqual(2);
    restart();
    expect(names()[0]).toBe('四');
    await settled();
    expect(photos()).toHaveLength(names().length);
  });
});

describe('at the start', () => {
  it.each([
    ['text', 'oops'],
    ['an object', { id: 'a' }],
    ['nothing', null],
  ])('%s in the storage is an empty history', (_, stored) => {
    device.wx.setStorageSync('history', stored);
    expect(history.entries()).toEqual([]);
  });

  it('broken entries are skipped, the others stay', async () => {
    const good = await remember();
    const [stored] = device.wx.getStorageSync('history');
    const broken = [null, 1, {}, { ...stored, predictions: [] }, { ...stored, takenAt: 'now' }, { ...stored, corrected: {} }, { ...stored, kind: {} }];
    device.wx.setStorageSync('history', [...broken, stored]);
    restart();
    expect(history.entries().map(({ id }) => id)).toEqual([good.id]);
  });

  it('an entry of an earlier version, which had no kinds and no favourites, stays', async () => {
    const { id } = await remember();
    const [{ kind, favourite, ...stored }] = device.wx.getStorageSync('history');
    expect([kind, favourite]).toEqual([null, false]);
    device.wx.setStorageSync('history', [stored]);
    restart();
    expect(history.entry(id)).toMatchObject({ id, kind: null, favourite: false });
  });

  it('an entry whose photo was cleared away stays', async () => {
    const { photo, id } = await remember();
    device.files.unlinkSync(photo);
    restart();
    expect(history.entry(id)?.photo).toBe(photo);
  });

  it('copies that no entry names are swept away, the others are not', async () => {
    const { photo } = await remember();
    const orphan = `${device.wx.env.USER_DATA_PATH}/history/orphan.jpg`;
    device.files.copyFileSync(photo, orphan);
    restart();
    history.entries();
    await settled();
    expect(device.has(orphan)).toBe(false);
    expect(device.has(photo)).toBe(true);
  });

  it('a result that comes while leftovers are swept away keeps its photo', async () => {
    await remember();
    restart();
    const { files } = device;
    const slow = { ...files, readdir: (options) => setTimeout(() => files.readdir(options), 50) };
    device.wx.getFileSystemManager = () => slow;
    const { photo } = await remember();
    await new Promise((late) => setTimeout(late, 100));
    expect(device.has(photo)).toBe(true);
  });
});

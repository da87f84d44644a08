import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { example, loadAnew } from '../../sources.js';
import { platform } from '../platform.js';

const ANSWER = JSON.parse(example('predictions'));

/** @type {Awaited<ReturnType<typeof platform>>} */
let device;
/** @type {typeof import('../../../../miniprogram/services/history/history.js')} */
let history;

/** The app starts again on the same phone. */
function restart() {
  history = loadAnew('services/history/history.js');
}

/** @returns {ReturnType<typeof history.remember>} */
const remember = () => history.remember({ photo: device.photo(), answer: ANSWER });

beforeEach(async () => {
  device = await platform();
  restart();
});
afterEach(() => device.close());

describe('a favourite', () => {
  const PHOTO_BYTES = 30 * 1024 * 1024;

  /** @returns {Promise<import('../../../../miniprogram/services/history/history.js').Entry>} with a photo of 30 MB */
  async function large() {
    const photo = device.photo(Buffer.alloc(PHOTO_BYTES));
    const entry = await history.remember({ photo, answer: ANSWER });
    device.files.unlinkSync(photo);
    return entry;
  }

  it('is one after a restart, until that is taken back', async () => {
    const { id, favourite } = await remember();
    expect(favourite).toBe(false);
    expect(history.favour(id, true)).toBe(true);
    restart();
    expect(history.entry(id)?.favourite).toBe(true);
    history.favour(id, false);
    restart();
    expect(history.entry(id)?.favourite).toBe(false);
    expect(history.favour('other', true)).toBe(true);
  });

  it('stays when old results are dropped, and counts among the hundred', async () => {
    const { id, photo } = await remember();
    history.favour(id, true);
    const second = await remember();
    for (let index = 2; index <= history.ENTRIES; index += 1) await remember();
    expect(history.entries()).toHaveLength(history.ENTRIES);
    expect(history.entries().at(-1)?.id).toBe(id);
    expect(history.entry(second.id)).toBeNull();
    expect(device.has(photo)).toBe(true);
  });

  it('stays when photos are too large, and there cannot be more of them than leave room for new ones', async () => {
    const [first, second, third] = [await large(), await large(), await large()];
    expect([first, second, third].map(({ id }) => history.favour(id, true))).toEqual([true, true, false]);
    const newest = await large();
    expect(history.entries().map(({ id }) => id)).toEqual([newest.id, second.id, first.id]);
  });

  it('of which there are eighty has no room for another one', async () => {
    for (let index = 0; index < history.ENTRIES; index += 1) await remember();
    const kept = history.entries().filter(({ id }) => history.favour(id, true));
    expect(kept).toHaveLength(80);
    history.favour(kept[0].id, false);
    expect(history.favour(history.entries()[99].id, true)).toBe(true);
  });

  it('goes where the user deletes it', async () => {
    const [one, two, three] = [await remember(), await remember(), await remember()];
    history.favour(one.id, true);
    await history.forget(one.id, three.id);
    expect(history.entries().map(({ id }) => id)).toEqual([two.id]);
    expect(device.has(one.photo)).toBe(false);
  });
});

// Bad connections between the phone and the real server: nobody has to take the photo again.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { begin, closePhones, page, server, shareServer } from './around.js';
import { cameraShows, names, shoot, tap } from './fingers.js';
import { startGate } from './gate.js';
import { nameOf, photos } from './photos.js';
import { firstName, openHistory, recognise, uploads } from './visit.js';

const { zh: BROCCOLI } = photos ? nameOf('broccoli') : { zh: '' };
const LOGIN_PAGE = '<!doctype html><title>Wi-Fi</title><p>Please log in.';
/** Bytes a second: a photo takes some seconds. */
const SLOW = 20_000;

describe.skipIf(!photos)('on a bad network (needs ../shared)', () => {
  /** @type {import('./gate.js').Gate} */
  let gate;

  shareServer();
  closePhones();
  beforeAll(async () => {
    gate = await startGate(server.address);
  });
  afterAll(() => gate.close());
  beforeEach(async () => {
    gate.show(null);
    await begin(undefined, gate.address);
    await cameraShows(page);
  });

  /** @param {number} rate @returns {Promise<void>} */
  const throttle = (rate) => page.evaluate((bytes) => globalThis.simulator.uploadThrottle(bytes), rate);
  /** @param {string} status @returns {Promise<void>} */
  const network = (status) => page.evaluate((now) => globalThis.simulator.network(now), status);
  /** @returns {Promise<{phase: string, percent: number}>} */
  const progress = () => page.evaluate(() => globalThis.simulator.currentPage().data.progress);

  /** Up to where some of the photo is sent, and not all of it. */
  async function shootSlowly() {
    await throttle(SLOW);
    await shoot(page);
    await page.getByText(/^[1-9]\d?%$/).waitFor();
    expect(await progress()).toMatchObject({ phase: 'sending' });
  }

  it('a slow upload shows how far it is, and is called off for good', async () => {
    await shootSlowly();
    const { percent } = await progress();
    await expect.poll(async () => (await progress()).percent).toBeGreaterThan(percent);
    const before = gate.brokenOff();
    await tap(page, '取消');
    await expect.poll(gate.brokenOff, { timeout: 15_000 }).toBe(before + 1);
    await cameraShows(page);
    await throttle(0);
    expect(await recognise(page)).toContain(BROCCOLI);
    await tap(page, '再拍一张');
    await openHistory(page);
    await page.getByText('共 1 条，仅保存在本机').waitFor();
    expect(await uploads(page)).toEqual(['/predict', '/predict']);
  });

  it('a slow upload that is left alone ends with its names', async () => {
    await throttle(SLOW);
    expect(await recognise(page)).toContain(BROCCOLI);
    expect(await uploads(page)).toEqual(['/predict']);
  });

  it('a network that is lost in mid-upload is named; when it is back the photo goes out by itself', async () => {
    await shootSlowly();
    await network('lost');
    await page.getByText('没有网络').waitFor();
    expect(await names(page).count()).toBe(0);
    await throttle(0);
    await network('4g');
    expect(await firstName(page)).toContain(BROCCOLI);
    expect(await uploads(page)).toEqual(['/predict', '/predict']);
  });

  it('an upload that the phone ended, because WeChat was away for long, begins again by itself', async () => {
    await shootSlowly();
    await page.evaluate(() => globalThis.simulator.hide({ seconds: 6 }));
    await throttle(0);
    await page.evaluate(() => globalThis.simulator.show());
    expect(await firstName(page)).toContain(BROCCOLI);
    expect(await uploads(page)).toEqual(['/predict', '/predict']);
  });

  it('an answer that is lost on its way costs one more try, which nobody sees', async () => {
    gate.cutNext();
    expect(await recognise(page)).toContain(BROCCOLI);
    expect(await uploads(page)).toEqual(['/predict', '/predict']);
  });

  it('a login page in the place of the server is told from it, and retrying works when it is gone', async () => {
    gate.show(LOGIN_PAGE);
    await shoot(page);
    await page.getByText('响应异常').waitFor();
    await page.getByText('可能被登录页或代理拦截了').waitFor();
    expect(await names(page).count()).toBe(0);
    gate.show(null);
    await tap(page, '重试');
    expect(await firstName(page)).toContain(BROCCOLI);
  });
});

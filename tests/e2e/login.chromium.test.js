// A server that wants to know who asks: nobody who uses the mini-program notices.
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloudFolder } from '../miniprogram/cloud-folder.js';
import { launchPhone } from '../simulator/chromium.js';
import { cameraShows, names, shoot, tap } from './fingers.js';
import { nameOf, photoOf, photos } from './photos.js';
import { freePort, startRecogniser } from './recogniser.js';
import { recognise, TRUSTED, uploads, visit } from './visit.js';
import { startWeChat } from './wechat.js';

const { zh: BROCCOLI } = photos ? nameOf('broccoli') : { zh: '' };

/** @returns {string} what the phone shows the server */
const storedToken = () => globalThis.simulator.call('getStorageSync', 'session').token;

describe.skipIf(!photos)('the login with WeChat (needs ../shared)', () => {
  /** @type {import('./wechat.js').WeChat} */
  let wechat;
  let port = 0;

  beforeAll(async () => {
    wechat = await startWeChat();
    port = await freePort();
  });
  afterAll(() => wechat.close());

  /** @param {string} address @param {string} token @returns {Promise<number>} status that a photo gets with it, or would get */
  async function statusWith(address, token) {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${address}/predict`, { method: 'POST', headers, body: new FormData() })).status;
  }

  it('is done once, again when the session is over, and again when the server forgot it', async () => {
    let server = await startRecogniser(port, { ...wechat.settings, PAISHI_SESSION_S: '6' });
    const phone = await visit(server.address);
    const { page } = phone;
    try {
      expect(await statusWith(server.address, 'none')).toBe(401);
      expect(await recognise(page)).toContain(BROCCOLI);
      expect(wechat.codes).toHaveLength(1);
      expect(await uploads(page)).toEqual(['/predict', '/predict']);

      const first = await page.evaluate(storedToken);
      await expect.poll(() => statusWith(server.address, first), { timeout: 20_000, interval: 500 }).toBe(401);
      // The server's clock counts whole seconds.
      await page.waitForFunction(() => Date.now() > globalThis.simulator.call('getStorageSync', 'session').until);
      await tap(page, '再拍一张');
      expect(await recognise(page)).toContain(BROCCOLI);
      expect(wechat.codes).toHaveLength(2);
      // The phone knew that it was over: the photo went out once only.
      expect(await uploads(page)).toHaveLength(3);

      await server.stop();
      // Without PAISHI_TOKEN_KEY a new start ends every session.
      server = await startRecogniser(port, wechat.settings);
      await tap(page, '再拍一张');
      expect(await recognise(page)).toContain(BROCCOLI);
      await names(page).first().getByRole('button').first().tap();
      await page.getByText(`高亮处是判断为“${BROCCOLI}”`).waitFor();
      expect(new Set(wechat.codes).size).toBe(3);
      const last = await page.evaluate(storedToken);
      expect(await statusWith(server.address, last)).not.toBe(401);
      expect(phone.errors).toEqual([]);
    } finally {
      await phone.close();
      await server.stop();
    }
  });

  it('tells the server who sends too much, and the phone says how long to wait', async () => {
    const server = await startRecogniser(port, { ...wechat.settings, PAISHI_UPLOADS_PER_MINUTE: '1' });
    const phone = await visit(server.address);
    const { page } = phone;
    try {
      expect(await recognise(page)).toContain(BROCCOLI);
      await tap(page, '再拍一张');
      await cameraShows(page);
      await shoot(page);
      await page.getByText('操作太频繁').waitFor();
      await page.getByText(/请 \d+ 秒后再试。$/).waitFor();
      expect(phone.errors).toEqual([]);
    } finally {
      await phone.close();
      await server.stop();
    }
  });
});

describe.skipIf(!photos)('微信云托管 (needs ../shared)', () => {
  it('names the user to the server, so that nobody logs in', async () => {
    const root = cloudFolder();
    const server = await startRecogniser(undefined, { PAISHI_AUTH: 'cloud', PAISHI_CLOUD_PRIVATE: 'true' });
    const query = { ...TRUSTED, cloud: 'env-1/paishi' };
    const phone = await launchPhone({ root, server: server.address, cameraPhoto: photoOf('broccoli'), query });
    try {
      expect((await fetch(`${server.address}/predict`, { method: 'POST', body: new FormData() })).status).toBe(401);
      expect(await recognise(phone.page)).toContain(BROCCOLI);
      const called = await phone.page.evaluate(() => globalThis.simulator.log.map(({ name }) => name));
      expect(called).toContain('cloud.callContainer');
      expect(called).not.toContain('login');
      expect(phone.errors).toEqual([]);
    } finally {
      await phone.close();
      await server.stop();
      rmSync(root, { recursive: true });
    }
  });
});

// A server that has too much to do for a moment: the photo waits, visibly, and goes out again by itself.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { begin, closePhones, page, server, shareServer } from './around.js';
import { keepScreenshot } from './artifacts.js';
import { cameraShows, shoot, tap } from './fingers.js';
import { nameOf, photos } from './photos.js';
import { firstName, recognise, uploads } from './visit.js';

const { zh: BROCCOLI } = photos ? nameOf('broccoli') : { zh: '' };
const MB = 1_000_000;

/**
 * Somebody else whose photo is nearly there, and takes up all the room until then.
 *
 * @param {string} address
 * @returns {Promise<() => void>} goes away
 */
async function takeAllRoom(address) {
  const { hostname, port } = new URL(address);
  const other = connect(Number(port), hostname);
  other.on('error', () => undefined);
  await once(other, 'connect');
  const head = `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: ${MB}\r\n\r\n`;
  const begun = '--x\r\nContent-Disposition: form-data; name="image"; filename="p.jpg"\r\n\r\n';
  other.write(head + begun + 'x'.repeat(0.9 * MB));
  const held = async () => {
    const metrics = await (await fetch(`${address}/metrics`)).text();
    return Number(/^paishi_bodies_bytes (.+)$/m.exec(metrics)?.[1]);
  };
  await expect.poll(held, { timeout: 10_000 }).toBe(MB);
  return () => other.destroy();
}

describe.skipIf(!photos)('a busy server (needs ../shared)', () => {
  let leave = () => {};

  shareServer({ PAISHI_MAX_BODIES_MB: '1' });
  closePhones();
  beforeEach(async () => {
    await begin();
    await cameraShows(page);
    leave = await takeAllRoom(server.address);
  });
  afterEach(() => leave());

  it('is waited for, and answers when the others are gone', async () => {
    await shoot(page);
    await page.getByText('排队中').waitFor();
    await page.getByText(/^[12] 秒后自动重试$/).waitFor();
    await keepScreenshot(page, 'busy');
    leave();
    expect(await firstName(page)).toContain(BROCCOLI);
    expect((await uploads(page)).length).toBeGreaterThan(1);
  });

  it('that stays busy is given up with a word; the photo is still there for another try', async () => {
    await shoot(page);
    await page.getByText('使用的人较多，请几秒后再试。').waitFor();
    expect(await uploads(page)).toHaveLength(4);
    await page.getByText(/^请求编号 [0-9a-f]{8}$/).waitFor();
    leave();
    await tap(page, '重试');
    expect(await firstName(page)).toContain(BROCCOLI);
    await tap(page, '再拍一张');
    expect(await recognise(page)).toContain(BROCCOLI);
  });
});

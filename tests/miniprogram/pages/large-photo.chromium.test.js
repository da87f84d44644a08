import { afterAll, afterEach, beforeAll, expect, describe, it } from 'vitest';
import { findChromium, launchPhone } from '../../simulator/chromium.js';
import { example, ROOT } from '../sources.js';
import { startServer } from '../server.js';

const SLOW = 60_000;

/** @type {import('../server.js').TestServer} */
let server;
/** @type {import('../../simulator/chromium.js').RunningPhone} */
let phone;

beforeAll(async () => {
  server = await startServer();
  server.on('POST /predict', { body: example('predictions') });
});
afterAll(() => server.close());
afterEach(() => phone.close());

/** @param {Buffer} jpeg @returns {[number, number]} width and height as the file's frame header has them */
function sizeOf(jpeg) {
  for (let at = 2; at < jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2)) {
    if ([0xc0, 0xc1, 0xc2].includes(jpeg[at + 1])) return [jpeg.readUInt16BE(at + 7), jpeg.readUInt16BE(at + 5)];
  }
  throw new Error('no frame header');
}

/** @returns {Promise<number>} bytes of a wide photo that the next choice from the album gives */
function fillAlbum() {
  return phone.page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 3000, height: 2000 });
    const brush = canvas.getContext('2d');
    for (let x = 0; x < 3000; x += 20) {
      brush.fillStyle = `hsl(${x % 360}, 70%, 50%)`;
      brush.fillRect(x, (x * 7) % 2000, 300, 200);
    }
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.98));
    globalThis.simulator.album([new File([blob], 'wide.jpg', { type: 'image/jpeg' })]);
    return blob.size;
  });
}

/** @returns {Promise<Buffer>} the photo in the history */
async function keptPhoto() {
  const base64 = await phone.page.evaluate(() => {
    const { picture } = globalThis.simulator.currentPage().instance.data;
    return globalThis.simulator.call('getFileSystemManager').readFileSync(picture, 'base64');
  });
  return Buffer.from(base64, 'base64');
}

describe.skipIf(!findChromium())('a large photo out of the album', () => {
  it('goes out smaller, and is kept as it went out', { timeout: SLOW }, async () => {
    const query = { privacy: 'agreed', granted: 'scope.camera', server: server.address };
    phone = await launchPhone({ root: ROOT, server: server.address, query });
    await phone.page.locator('wx-camera').waitFor();
    const bytes = await fillAlbum();
    await phone.page.getByRole('button', { name: '从相册选一张' }).click();
    await phone.page.getByText('82.7%').first().waitFor();
    const [{ body }] = server.to('/predict');
    const start = body.indexOf('\xff\xd8');
    const sent = Buffer.from(body.slice(start, body.lastIndexOf('\xff\xd9') + 2), 'latin1');
    expect(sizeOf(sent)).toEqual([1440, 960]);
    expect(sent.length).toBeLessThan(bytes);
    expect((await keptPhoto()).equals(sent)).toBe(true);
    expect(phone.errors).toEqual([]);
  });
});

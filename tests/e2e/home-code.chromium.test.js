// The code on the server's own page runs as it stands there; its QR code and its sample serve newcomers.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, openAsBlob, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { server, shareBrowser, shareServer } from './around.js';
import { keepScreenshot } from './artifacts.js';
import { choose, openHome, rows } from './home.js';
import { PYTHON, shared, startRecogniser } from './recogniser.js';

const photo = /** @type {string} */ (shared('photos/imagenet/n02088364_beagle.jpg'));
const KEY = 'paishi_of_a_test';
const PUBLIC = 'https://recognise.example.com/paishi';

describe.skipIf(!photo)('code on the page at / (needs ../shared)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'code-'));
  /** @type {import('./recogniser.js').Recogniser} with the embedded model and keys */
  let guarded;

  shareServer();
  shareBrowser();
  beforeAll(async () => {
    copyFileSync(photo, join(folder, 'photo.jpg'));
    guarded = await startRecogniser(undefined, {
      PAISHI_MODEL: 'EfficientNetLite0',
      PAISHI_AUTH: 'key',
      PAISHI_KEYS: createHash('sha256').update(KEY).digest('hex'),
      PAISHI_PUBLIC_URL: PUBLIC,
    });
  });
  afterAll(async () => {
    await guarded.stop();
    rmSync(folder, { recursive: true });
  });

  /** The code under a tab, with a real key. @param {string} tab @param {string} address */
  async function codeUnder(tab, address) {
    const page = await openHome({}, { address });
    await page.getByText(tab, { exact: true }).click();
    const code = await page.locator('#code').textContent();
    await page.close();
    return String(code).replace('YOUR_KEY', KEY);
  }

  /** @param {string} program @param {string[]} parameters */
  function run(program, parameters) {
    const { stdout, stderr } = spawnSync(program, parameters, { cwd: folder, encoding: 'utf8' });
    expect(stdout, stderr).toContain('n02088364');
  }

  it.each(['open to all', 'behind keys'])('curl and Python name a photo: a server %s', async (which) => {
    const { address } = which === 'open to all' ? server : guarded;
    run('sh', ['-c', await codeUnder('curl', address)]);
    run(PYTHON, ['-c', await codeUnder('Python', address)]);
  });

  it.each(['open to all', 'behind keys'])('so does the line for a mini-program: a server %s', async (which) => {
    const { address } = which === 'open to all' ? server : guarded;
    const code = await codeUnder('小程序', address);
    /** @type {string[]} */
    const printed = [];
    /** @type {Promise<void> | undefined} */
    let uploaded;
    const wx = {
      chooseMedia: (/** @type {any} */ { success }) => success({ tempFiles: [{ tempFilePath: photo }] }),
      uploadFile: (/** @type {any} */ options) => (uploaded = upload(options)),
    };
    runInNewContext(code, { wx, console: { log: (/** @type {any} */ body) => printed.push(body.predictions[0].id) } });
    await uploaded;
    expect(printed).toEqual(['n02088364']);
  });

  it('the tabs are reached by arrow keys, and the button copies what is shown', async () => {
    const page = await openHome({ permissions: ['clipboard-read'] });
    await page.locator('#languages :checked').focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('#code').textContent()).toContain('urllib.request');
    await page.getByRole('button', { name: '复制' }).click();
    expect(await page.locator('#said').textContent()).toBe('已复制');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied.replaceAll('\r', '')).toBe(await page.locator('#code').textContent());
    await page.close();
  });

  it('a server for this machine alone has no QR code, but says how to get one', async () => {
    const page = await openHome();
    await page.getByText('手机现在连不上这台服务器：启动时设置 PAISHI_HOST=0.0.0.0').waitFor();
    expect(await page.locator('#code-for-phones').isVisible()).toBe(false);
    await page.close();
  });

  it('a server with a public address has a QR code of it', async () => {
    const page = await openHome({}, { address: guarded.address });
    const code = page.getByRole('img', { name: `${PUBLIC} 的二维码` });
    await code.waitFor();
    await keepScreenshot(page, 'home-code');
    expect(await code.evaluate((/** @type {HTMLImageElement} */ image) => image.decode().then(() => image.naturalWidth))).toBeGreaterThan(20);
    expect(await page.locator('#phone-url').textContent()).toBe(PUBLIC);
    await page.close();
  });

  it('an address that lacks the path of the page is not shown for phones', async () => {
    const { origin } = new URL(server.address);
    const page = await openHome({}, { before: (opened) => underPath(opened, origin), address: `${origin}/paishi/` });
    await page.getByText(`PAISHI_PUBLIC_URL=${origin}/paishi`, { exact: false }).waitFor();
    expect(await page.locator('#code-for-phones').isVisible()).toBe(false);
    await page.unrouteAll({ behavior: 'ignoreErrors' }); // the page asks for the server's state until it closes
    await page.close();
  });

  it.each(['MobileNetV2', 'EfficientNetLite0'])('%s names the sample', async (model) => {
    const open = model === 'MobileNetV2' ? server : await startRecogniser(undefined, { PAISHI_MODEL: model });
    const page = await openHome({}, { address: open.address });
    await page.getByRole('button', { name: '用示例照片试试' }).click();
    await rows(page).first().waitFor();
    await keepScreenshot(page, 'home-sample');
    expect(await rows(page).first().locator('b').textContent()).toBe('雏菊');
    expect(await page.locator('.by').textContent()).toContain(model);
    expect(await page.locator('#answer').getByRole('heading').count()).toBe(0);
    await page.close();
    if ('stop' in open) await /** @type {import('./recogniser.js').Recogniser} */ (open).stop();
  });

  it('a server that wants a key says so, whatever the size of the photo that it did not wait for', async () => {
    const page = await openHome({}, { address: guarded.address });
    await page.locator('.state.ready').waitFor();
    for (const megabytes of [1, 15]) {
      const buffer = Buffer.alloc(megabytes * 1_000_000);
      await choose(page, { name: 'x.jpg', mimeType: 'image/jpeg', buffer });
      expect(await page.getByRole('alert').textContent()).toContain('API 密钥');
    }
    await page.close();
  });
});

/** As `wx.uploadFile`. @param {any} options */
async function upload({ url, filePath, name, header, success }) {
  const body = new FormData();
  body.append(name, await openAsBlob(filePath), 'photo.jpg');
  const response = await fetch(url, { method: 'POST', body, headers: header });
  success({ data: await response.text() });
}

/**
 * Serves all under a path, as a proxy that strips it, and gives the page the address that its server sees.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} origin
 */
function underPath(page, origin) {
  return page.route(`${origin}/paishi/**`, async (route) => {
    const response = await route.fetch({ url: route.request().url().replace('/paishi/', '/') });
    const body = (await response.body()).toString().replace('data-phone=""', `data-phone="${origin}"`);
    await route.fulfill({ response, body });
  });
}

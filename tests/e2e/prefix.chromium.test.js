// The server's pages behind a proxy that serves it under a path and strips that path, as many a host does.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browser, server, shareBrowser, shareServer } from './around.js';
import { freePort, shared } from './recogniser.js';

const photo = shared('photos/imagenet/n02088364_beagle.jpg');
const hasProxy = spawnSync('haproxy', ['-v']).status === 0;
if (!hasProxy && process.env.PAISHI_REQUIRE_SHARED) throw new Error('needs haproxy: apt install haproxy');

/** @param {number} port @param {string} target */
const configuration = (port, target) => `
defaults
  mode http
  timeout connect 10s
  timeout client 60s
  timeout server 60s
frontend front
  bind 127.0.0.1:${port}
  http-request deny deny_status 404 unless { path_beg /paishi/ }
  http-request replace-path /paishi(/.*) \\1
  default_backend back
backend back
  server one ${target}
`;

describe.skipIf(!photo || !hasProxy)('the pages under a path (needs ../shared and haproxy)', () => {
  shareServer();
  shareBrowser();
  /** @type {string} */
  let address;
  /** @type {import('node:child_process').ChildProcess} */
  let proxy;
  /** @type {string} */
  let folder;

  beforeAll(async () => {
    const port = await freePort();
    folder = mkdtempSync(join(tmpdir(), 'haproxy-'));
    const file = join(folder, 'haproxy.cfg');
    writeFileSync(file, configuration(port, new URL(server.address).host));
    proxy = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' });
    address = `http://127.0.0.1:${port}/paishi`;
    while (!(await fetch(`${address}/livez`).catch(() => undefined))?.ok) {
      if (proxy.exitCode !== null) throw new Error(`haproxy ended with code ${proxy.exitCode}`);
      await pause(100);
    }
  });
  afterAll(async () => {
    const ended = once(proxy, 'exit');
    proxy.kill();
    await ended;
    rmSync(folder, { recursive: true });
  });

  /** Opens a path below the prefix; `complaints` gets errors, and requests that leave the prefix. @param {string} path */
  async function open(path) {
    const page = await browser.newPage({ locale: 'zh-CN' });
    page.setDefaultTimeout(20_000);
    /** @type {string[]} */
    const complaints = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      const asked = request.url();
      if (!asked.startsWith(`${address}/`) && !/^(data|blob):/.test(asked)) complaints.push(asked);
    });
    await page.goto(address + path);
    return { page, complaints };
  }

  it('the page names and explains a photo, shows its own address and links to what is below it', async () => {
    const { page, complaints } = await open('/');
    await page.locator('.state.ready').waitFor();
    await page.locator('#file').setInputFiles(/** @type {string} */ (photo));
    await page.locator('.answer li').first().waitFor();
    expect(await page.locator('.answer li b').first().textContent()).toBe('比格犬');
    expect(await page.locator('#address').textContent()).toBe(address);
    expect(await page.locator('#code').textContent()).toBe(`curl -F image=@photo.jpg "${address}/predict"`);
    await page.locator('.answer .row').first().click();
    await page.locator('#heat').waitFor();
    const links = await page.locator('footer a').evaluateAll((all) => all.map((link) => /** @type {HTMLAnchorElement} */ (link).href));
    expect(links).toEqual([`${address}/docs`, `${address}/models`]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each(['/docs', '/docs/'])('%s lists the routes and tries one out', async (path) => {
    const { page, complaints } = await open(path);
    const livez = page.locator('.opblock', { hasText: '/livez' });
    await livez.locator('.opblock-summary-control').click();
    await livez.getByRole('button', { name: 'Try it out' }).click();
    await livez.getByRole('button', { name: 'Execute' }).click();
    await livez.getByText('"alive"').first().waitFor();
    expect(await livez.locator('.request-url').textContent()).toContain(`${address}/livez`);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

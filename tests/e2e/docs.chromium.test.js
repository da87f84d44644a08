// The page at /docs under its policy: it draws itself, and its buttons reach the server.
import { describe, expect, it } from 'vitest';
import { browser, server, shareBrowser, shareServer } from './around.js';
import { shared } from './recogniser.js';

describe.skipIf(!shared('photos/imagenet/n02088364_beagle.jpg'))('the page at /docs (needs ../shared)', () => {
  shareServer();
  shareBrowser();

  it('lists the routes and tries one out, and nothing comes from elsewhere', async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(20_000);
    /** @type {string[]} */
    const complaints = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      const address = request.url();
      if (!address.startsWith(server.address) && !address.startsWith('data:')) complaints.push(address);
    });
    await page.goto(`${server.address}/docs`);
    const livez = page.locator('.opblock', { hasText: '/livez' });
    await livez.locator('.opblock-summary-control').click();
    await livez.getByRole('button', { name: 'Try it out' }).click();
    await livez.getByRole('button', { name: 'Execute' }).click();
    await livez.getByText('"alive"').first().waitFor();
    expect(await page.locator('.opblock').count()).toBeGreaterThan(6);
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  it('runs no script that somebody slips in', async () => {
    const page = await browser.newPage();
    await page.goto(`${server.address}/docs`);
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.slippedIn = true';
      document.body.append(script);
    });
    expect(await page.evaluate(() => 'slippedIn' in globalThis)).toBe(false);
    await page.close();
  }, 60_000);
});

// The README's pictures, of a flower that we drew. `make screenshots` puts them where the README finds them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchPhone } from '../simulator/chromium.js';
import { server, shareServer } from './around.js';
import { cameraShows, names, openCamera, shoot } from './fingers.js';
import { shared } from './recogniser.js';
import { daisy, photograph } from './scene.js';
import { TRUSTED } from './visit.js';

const ROOT = fileURLToPath(new URL('../../miniprogram', import.meta.url));
const IN_THE_README = fileURLToPath(new URL('./screenshots/', import.meta.url));
const TO_LOOK_AT = fileURLToPath(new URL('../../artifacts/e2e/', import.meta.url));
const PYTHON = process.env.PAISHI_PYTHON ?? '.venv/bin/python';
const MOST_BYTES = 2_000_000;
const KEEP = process.env.PAISHI_KEEP_SCREENSHOTS ? IN_THE_README : TO_LOOK_AT;

describe.skipIf(!shared('keras'))('the drawn daisy is recognised (needs ../shared)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'daisy-'));
  const photo = join(folder, 'daisy.jpg');

  shareServer();
  beforeAll(async () => {
    mkdirSync(KEEP, { recursive: true });
    await photograph(daisy(), photo);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(/** @type {const} */ (['light', 'dark']))('%s', async (theme) => {
    const phone = await launchPhone({
      root: ROOT,
      server: server.address,
      cameraPhoto: photo,
      width: 360,
      height: 720,
      theme,
      query: { theme },
    });
    try {
      await openCamera(phone.page);
      await shoot(phone.page);
      await names(phone.page).first().waitFor();
      if (theme === 'dark') {
        await names(phone.page).first().getByRole('button').first().tap();
        await phone.page.getByRole('button', { name: '收起', exact: true }).waitFor();
      }
      await phone.page.waitForTimeout(800); // bars grow
      await phone.page.screenshot({ path: join(KEEP, `photo-${theme}.png`) });
      expect(await names(phone.page).first().textContent()).toContain('雏菊');
    } finally {
      await phone.close();
    }
  });

  it.each([
    ['zh_CN', 'zh', '雏菊'],
    ['en', 'en', 'daisy'],
  ])('a moving picture, %s', async (language, name, flower) => {
    const phone = await launchPhone({
      root: ROOT,
      server: server.address,
      cameraPhoto: photo,
      width: 300,
      height: 600,
      query: { ...TRUSTED, language },
    });
    /** @type {[string, number][]} */
    const frames = [];
    /** @param {number} milliseconds  that it is shown */
    async function frame(milliseconds) {
      const file = `${language}-${frames.length}.png`;
      await phone.page.screenshot({ path: join(folder, file) });
      frames.push([file, milliseconds]);
    }
    /** What moves for a second. @param {number} last  milliseconds that its end is shown */
    async function film(last) {
      for (let at = 0; at < 8; at++) await frame(125);
      await frame(last);
    }
    try {
      await cameraShows(phone.page);
      await frame(1200);
      await phone.page.locator('[class*="--shutter"]').first().click();
      await frame(300);
      await names(phone.page).first().waitFor();
      await film(1500);
      expect(await names(phone.page).first().textContent()).toContain(flower);
      await names(phone.page).first().getByRole('button').first().tap();
      await phone.page.getByRole('slider').waitFor();
      await film(2500);
    } finally {
      await phone.close();
    }
    writeFileSync(join(folder, 'frames.json'), JSON.stringify(frames));
    const picture = join(KEEP, `demo-${name}.webp`);
    execFileSync(PYTHON, [fileURLToPath(new URL('./animate.py', import.meta.url)), folder, picture]);
    expect(statSync(picture).size).toBeLessThan(MOST_BYTES);
  });
});

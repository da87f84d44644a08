// The README's pictures, of a flower that we drew. `make screenshots` puts them where the README finds them.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchPhone } from '../simulator/chromium.js';
import { server, shareServer } from './around.js';
import { names, openCamera, shoot } from './fingers.js';
import { shared } from './recogniser.js';
import { daisy, photograph } from './scene.js';

const ROOT = fileURLToPath(new URL('../../miniprogram', import.meta.url));
const IN_THE_README = fileURLToPath(new URL('./screenshots/', import.meta.url));
const TO_LOOK_AT = fileURLToPath(new URL('../../artifacts/e2e/', import.meta.url));
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
});

// The README's moving pictures, of a flower that we drew. `make screenshots` puts them where the README finds them.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchPhone } from '../simulator/chromium.js';
import { load } from '../miniprogram/sources.js';
import { server, shareServer } from './around.js';
import { cameraShows, names } from './fingers.js';
import { shared } from './recogniser.js';
import { daisy, photograph } from './scene.js';

const ROOT = fileURLToPath(new URL('../../miniprogram', import.meta.url));
const IN_THE_README = fileURLToPath(new URL('./screenshots/', import.meta.url));
const TO_LOOK_AT = fileURLToPath(new URL('../../artifacts/e2e/', import.meta.url));
const PYTHON = process.env.PAISHI_PYTHON ?? '.venv/bin/python';
const { textsFor } = load('texts/texts.js');

/** Of a README that loads at once on a phone. */
const MOST_BYTES = 2_000_000;
/** In arguments: the target, then file and milliseconds of each picture. */
const MOVE = `
import sys
from PIL import Image
target, *given = sys.argv[1:]
frames = [Image.open(file).convert("RGB") for file in given[::2]]
frames[0].save(target, save_all=True, append_images=frames[1:], duration=[int(ms) for ms in given[1::2]],
               loop=0, quality=80, method=4)
`;
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

  it.each(/** @type {const} */ ([['zh', 'zh_CN', '雏菊'], ['en', 'en', 'daisy']]))('moving, %s', async (name, language, daisy) => {
    const t = textsFor(language);
    const query = { theme: 'light', language, privacy: 'agreed', granted: 'scope.camera' };
    const phone = await launchPhone({
      ...{ root: ROOT, server: server.address, cameraPhoto: photo, width: 360, height: 720, theme: 'light' },
      query,
    });
    /** @type {string[]} */
    const shots = [];
    const show = async (/** @type {number} */ ms) => {
      const file = join(folder, `${name}-${shots.length}.png`);
      await phone.page.screenshot({ path: file });
      shots.push(file, String(ms));
    };
    const tap = (/** @type {string} */ said) => phone.page.getByRole('button', { name: said, exact: true }).first().tap();
    try {
      await cameraShows(phone.page);
      await show(1500);
      await tap(t.capture.shutter);
      await names(phone.page).first().waitFor();
      for (let frame = 0; frame < 8; frame += 1) await show(90); // bars grow
      await phone.page.waitForTimeout(800);
      await show(2500);
      await names(phone.page).first().getByRole('button').first().tap();
      await phone.page.getByRole('button', { name: t.result.off, exact: true }).waitFor();
      await phone.page.waitForTimeout(800);
      await show(3000);
      expect(await names(phone.page).first().textContent()).toContain(daisy);
    } finally {
      await phone.close();
    }
    const target = join(KEEP, `moving-${name}.webp`);
    const made = spawnSync(PYTHON, ['-c', MOVE, target, ...shots], { encoding: 'utf8' });
    expect(made.stderr).toBe('');
    expect(statSync(target).size).toBeLessThan(MOST_BYTES);
  });
});

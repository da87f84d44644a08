// Every page in every state that matters, side by side, to be looked at. `make screenshots` draws the sheets anew.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, launchPhone } from '../simulator/chromium.js';
import { FILL } from '../miniprogram/pages/around-chromium.js';
import { givePast } from '../miniprogram/pages/past.js';
import { example, load, ROOT } from '../miniprogram/sources.js';
import { startServer } from '../miniprogram/server.js';
import { PREDICTIONS } from './contact/answers.js';
import { layOut } from './contact/sheet.js';
import { STATES } from './contact/states.js';
import { daisy, photograph } from './scene.js';

/** The taught thing that has a cover. */
const COVERED = JSON.parse(example('taught-things')).things[0].id;
const FOLDER = fileURLToPath(new URL('./screenshots/', import.meta.url));
const { textsFor } = load('texts/texts.js');

/** CSS pixels. */
const SIZES = [
  [375, 667],
  [320, 568],
  [430, 932],
  [768, 1024],
];
const LOOKS = /** @type {const} */ ([
  { theme: 'light', language: 'zh_CN' },
  { theme: 'dark', language: 'en' },
]);

/** Bars have grown, sheets have risen, pictures are there. */
const CALM_MS = 1000;
/** Of one sheet. */
const MOST_BYTES = 0.75 * 1024 * 1024;
const SHEETS = [...new Set(STATES.map(({ sheet }) => sheet))];

/** What an earlier visit stored. @param {import('../simulator/chromium.js').RunningPhone} phone @param {Record<string, unknown>} storage */
async function give(phone, storage) {
  await phone.page.evaluate((values) => {
    for (const [key, value] of Object.entries(values)) globalThis.simulator.call('setStorageSync', key, value);
  }, storage);
  await phone.restart();
}

describe.skipIf(!process.env.PAISHI_KEEP_SCREENSHOTS || !findChromium())('contact sheets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'contact-'));
  const photo = join(folder, 'daisy.jpg');

  beforeAll(async () => {
    mkdirSync(FOLDER, { recursive: true });
    await photograph(daisy(), photo);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /**
   * @param {import('./contact/states.js').State} state
   * @param {typeof LOOKS[number]} look
   * @param {number[]} size
   * @returns {Promise<import('./contact/sheet.js').Shot>}
   */
  async function shot(state, { theme, language }, [width, height]) {
    const { name, path, query = {}, past, ready = 'ready', answers = {}, storage, go } = state;
    const server = await startServer();
    server.on('POST /predict', { body: PREDICTIONS });
    server.on('GET /readyz', { body: example(ready) });
    server.on(`GET /taught/${COVERED}/photos/1`, { type: 'image/jpeg', body: readFileSync(photo) });
    for (const [route, replies] of Object.entries(answers)) server.on(route, ...[replies].flat());
    const phone = await launchPhone({
      ...{ root: ROOT, server: server.address, cameraPhoto: photo, theme, width, height },
      query: { ...query, theme, language, ...(path && { page: path }) },
    });
    try {
      if (storage) await give(phone, storage);
      if (past) await givePast(phone, past.map((one) => ({ predictions: PREDICTIONS.predictions, ...one })), readFileSync(photo));
      await phone.page.addStyleTag({ content: FILL });
      const tap = (/** @type {string} */ said) => phone.page.getByRole('button', { name: said, exact: true }).first().tap();
      await go?.({ page: phone.page, server, t: textsFor(language), tap });
      await phone.page.waitForTimeout(CALM_MS);
      expect(phone.errors, name).toEqual([]);
      const picture = await phone.page.screenshot({ type: 'jpeg', quality: 90 });
      return { label: `${name} · ${width}`, picture };
    } finally {
      await phone.close();
      await server.close();
    }
  }

  it.each(SHEETS)('%s', { timeout: 600_000 }, async (sheet) => {
    const shots = [];
    const file = join(FOLDER, `sheet-${sheet}.jpg`);
    for (const [round, look] of LOOKS.entries()) {
      for (const [index, state] of STATES.filter((one) => one.sheet === sheet).entries()) {
        // The second round begins elsewhere, so that a state is seen at two widths and a page at every one.
        shots.push(await shot(state, look, SIZES[(index + 2 * round) % SIZES.length]));
      }
    }
    await layOut(shots, file);
    expect(statSync(file).size).toBeLessThan(MOST_BYTES);
  });
});

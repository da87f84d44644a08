import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../artifacts/e2e/', import.meta.url));

/**
 * Keeps what the screen shows, for a person to look at.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} name
 * @returns {Promise<void>}
 */
export async function keepScreenshot(page, name) {
  mkdirSync(FOLDER, { recursive: true });
  await page.screenshot({ path: `${FOLDER}${name}.png` });
}

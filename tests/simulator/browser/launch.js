import { chromium } from 'playwright-core';
import { environmentOf, findChromium } from './find.js';

/**
 * @param {string[]} [flags] more of them
 * @returns {Promise<import('playwright-core').Browser>}
 * @throws {Error} where there is no Chromium
 */
export async function launchBrowser(flags = []) {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('no Chromium: install one or set CHROMIUM');
  const args = ['--no-sandbox', ...flags];
  return chromium.launch({ executablePath, args, env: environmentOf(executablePath) });
}

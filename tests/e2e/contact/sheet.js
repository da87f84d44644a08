import { launchBrowser } from '../../simulator/chromium.js';

/** CSS pixels. */
const SHEET_WIDTH = 1280;
const SHOT_HEIGHT = 330;
const QUALITY = 76;

/** @typedef {{label: string, picture: Buffer}} Shot  `picture`: a JPEG */

/**
 * Lays pictures out in rows, each with its label below.
 *
 * @param {Shot[]} shots
 * @param {string} file  the JPEG to write
 * @returns {Promise<void>}
 */
export async function layOut(shots, file) {
  const figures = shots.map(
    ({ label, picture }) =>
      `<figure><img src="data:image/jpeg;base64,${picture.toString('base64')}"><figcaption>${label}</figcaption></figure>`,
  );
  const browser = await launchBrowser();
  const page = await browser.newPage({ viewport: { width: SHEET_WIDTH, height: 400 }, deviceScaleFactor: 1.75 });
  await page.setContent(`<style>
    body { display: flex; flex-wrap: wrap; gap: 16px 12px; margin: 16px; background: #8a918f; font: 12px sans-serif; }
    figure { margin: 0; text-align: center; }
    img { display: block; height: ${SHOT_HEIGHT}px; border-radius: 8px; }
    figcaption { padding-top: 4px; color: #000; }
  </style>${figures.join('')}`);
  await page.waitForFunction(() => [...document.images].every(({ complete }) => complete));
  await page.screenshot({ path: file, type: 'jpeg', quality: QUALITY, fullPage: true });
  await browser.close();
}

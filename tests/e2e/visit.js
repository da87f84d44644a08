import { fileURLToPath } from 'node:url';
import { launchPhone } from '../simulator/chromium.js';
import { cameraShows, names, shoot, tap } from './fingers.js';
import { photoOf } from './photos.js';

const ROOT = fileURLToPath(new URL('../../miniprogram', import.meta.url));
const PATIENCE_MS = 20_000;

/** Of somebody who agreed to everything earlier. */
export const TRUSTED = { privacy: 'agreed', granted: 'scope.camera,scope.writePhotosAlbum' };

/**
 * The mini-program with broccoli in front of its camera: Chromium shows only films whose width and height are even.
 *
 * @param {string} server
 * @param {Record<string, string>} [query]  of the host page; of somebody who is asked nothing by default
 * @param {string} [cameraPhoto]  the JPEG of something else
 * @returns {Promise<import('../simulator/chromium.js').RunningPhone>}
 */
export async function visit(server, query = TRUSTED, cameraPhoto = photoOf('broccoli')) {
  const phone = await launchPhone({ root: ROOT, server, cameraPhoto, query });
  phone.page.setDefaultTimeout(PATIENCE_MS);
  return phone;
}

/**
 * From the camera to its names.
 *
 * @param {import('playwright-core').Page} page
 * @returns {Promise<string>} the first name
 */
export async function recognise(page) {
  await cameraShows(page);
  await shoot(page);
  return firstName(page);
}

/** @param {import('playwright-core').Page} page @returns {Promise<string>} what the first row says, once it is there */
export async function firstName(page) {
  return (await names(page).first().textContent()) ?? '';
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} label  of a button of the dialog that is open
 * @returns {Promise<void>}
 */
export async function answer(page, label) {
  await page.getByRole('dialog').getByRole('button', { name: label, exact: true }).click();
}

/** From the camera. @param {import('playwright-core').Page} page @returns {Promise<void>} */
export async function openHistory(page) {
  await tap(page, '查看历史记录');
}

/**
 * @param {import('playwright-core').Page} page
 * @returns {Promise<string[]>} path of every upload that the phone began, such as /predict
 */
export function uploads(page) {
  return page.evaluate(() =>
    globalThis.simulator.log.filter(({ name }) => name === 'uploadFile').map(({ args }) => new URL(args[0].url).pathname),
  );
}

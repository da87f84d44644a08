// What a person does with the photo page.

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page @param {string} label  how it begins @returns {import('playwright-core').Locator} */
function button(page, label) {
  return page.getByRole('button', { name: new RegExp(`^${label}`) }).first();
}

/** The first row is the most probable. @param {Page} page @returns {import('playwright-core').Locator} */
export function names(page) {
  return page.getByRole('listitem');
}

/**
 * Past the consent and the permission that the platform asks for the first time.
 *
 * @param {Page} page
 * @returns {Promise<void>}
 */
export async function openCamera(page) {
  await button(page, '打开相机').click();
  await button(page, '同意').click();
  await button(page, '允许').click();
  await cameraShows(page);
}

/**
 * Chromium's fake camera is 2 x 2 black pixels until its film has begun, and the shutter waits for the camera.
 *
 * @param {Page} page
 * @returns {Promise<void>}
 */
export async function cameraShows(page) {
  await page.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 2);
  await page.locator('[class*="--shutter"][aria-disabled="false"]').waitFor();
}

/** @param {Page} page @returns {Promise<void>} */
export async function shoot(page) {
  await button(page, '拍照').click();
}

/** @param {Page} page @param {string} file @returns {Promise<void>} */
export async function chooseFromAlbum(page, file) {
  const chooser = page.waitForEvent('filechooser');
  await button(page, '从相册选').click();
  await button(page, '同意').click();
  await (await chooser).setFiles(file);
}

/** @param {Page} page @param {string} label @returns {Promise<void>} */
export async function tap(page, label) {
  await button(page, label).click();
}

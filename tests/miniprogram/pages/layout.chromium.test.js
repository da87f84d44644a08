import { describe, expect, it } from 'vitest';
import { findChromium } from '../../simulator/chromium.js';
import { example } from '../sources.js';
import { aroundAllTests, FILL, FINGER, launch, phone, server } from './around-chromium.js';

const SLOW = 60_000;
const TRUSTING = { privacy: 'agreed', granted: 'scope.camera,scope.writePhotosAlbum' };

const LONG = JSON.parse(example('predictions'));
LONG.predictions[0].name = { zh: '非常长的名字一直写到这一行的尽头还没有写完的澳洲牧羊犬', en: 'Australian shepherd with a name that does not end where the line ends' };
LONG.predictions[1].name = { zh: '短', en: 'Pneumonoultramicroscopicsilicovolcanoconiosis' };

const LONG_ADDRESS = `https://${'averylongname'.repeat(5)}.example/with/a/path`;

aroundAllTests({ 'GET /readyz': { body: { ...JSON.parse(example('ready-standing-in')), teaching: true } } });

/** @param {{width: number, height: number, language: string, scale: number}} how @returns {Promise<void>} */
async function open({ width, height, language, scale }) {
  const query = { ...TRUSTING, language, server: server.address };
  await launch({ width, height, query });
  await phone.page.addStyleTag({ content: FILL });
  await cameraShows();
  await phone.page.evaluate((size) => globalThis.simulator.currentPage().instance.setData({ scale: size }), scale);
}

/** A camera takes no photo before it shows something, and the shutter waits for the camera. @returns {Promise<unknown>} */
async function cameraShows() {
  await phone.page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0);
  return phone.page.locator('[class*="--shutter"][aria-disabled="false"]').waitFor();
}

/** @param {string} said  of a button's label @returns {Promise<{x: number, width: number} | null>} */
async function boxOf(said) {
  const button = phone.page.locator(`[role="button"][aria-label*="${said}"]`);
  return (await button.count()) > 0 ? button.boundingBox() : null;
}

/** @returns {Promise<string[]>} words of rows and buttons that go on in another line */
function brokenWords() {
  return phone.page.evaluate(() => {
    const short = '.phone-page:not([hidden]) :is([class*="row-name"], [class*="row-value"], wx-button)';
    const texts = [...document.querySelectorAll(short)].flatMap((element) => {
      const nodes = document.evaluate('.//text()', element, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE);
      return Array.from({ length: nodes.snapshotLength }, (_, index) => nodes.snapshotItem(index));
    });
    return texts.flatMap((node) => {
      // A Chinese text of a few letters counts as one word.
      const words = [...node.textContent.matchAll(/[\w.]{2,20}|^[\p{Script=Han}]{2,8}$/gu)];
      return words.flatMap(({ 0: word, index }) => {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        return new Set([...range.getClientRects()].map(({ top }) => top)).size > 1 ? [word] : [];
      });
    });
  });
}

/** @returns {Promise<string[]>} what reaches over the sides, and what a finger would miss */
function faults() {
  return phone.page.evaluate((least) => {
    const found = [];
    for (const element of document.querySelectorAll('.phone-page *')) {
      const { left, right, width, height } = element.getBoundingClientRect();
      // A hidden canvas lies beside the page on purpose.
      if (!width || !height || element.closest('wx-camera, wx-image, wx-canvas')) continue;
      const name = `${element.className} ${element.textContent?.trim().slice(0, 20)}`;
      if (left < -1 || right > innerWidth + 1) found.push(`over the side: ${name}`);
      if (element.matches('[class$="note"], [class*="row-value"]') && element.scrollWidth > element.clientWidth + 1) found.push(`out of its box: ${name}`);
      const isButton = element.matches(':is(wx-button, wx-input, [role="button"], [role="link"], [role="radio"]):not([aria-hidden="true"])');
      if (isButton && height < least) found.push(`too small: ${name} ${height}`);
    }
    return found;
  }, FINGER);
}

describe.skipIf(!findChromium())('the page fits', () => {
  const cases = [
    { width: 320, height: 568, language: 'en', scale: 1 },
    { width: 320, height: 568, language: 'zh_CN', scale: 1.5 },
    { width: 375, height: 667, language: 'en', scale: 1.5 },
    { width: 390, height: 844, language: 'zh_CN', scale: 1 },
    { width: 844, height: 390, language: 'zh_CN', scale: 1 },
    { width: 568, height: 320, language: 'en', scale: 1.5 },
    { width: 1024, height: 768, language: 'en', scale: 1 },
    { width: 768, height: 1024, language: 'en', scale: 1 },
  ];

  it.each(cases)('$width x $height in $language, text x $scale', { timeout: SLOW }, async (how) => {
    server.on('POST /predict', { status: 503, body: { ...JSON.parse(example('problem')), code: 'overloaded' } }, { body: LONG });
    await open(how);
    const { page } = phone;
    expect(await faults()).toEqual([]);
    const shutter = page.locator('[aria-label="拍照"], [aria-label="Take a photo"]');
    expect((await shutter.boundingBox())?.y).toBeLessThan(how.height - 60);
    const [live, zoom] = await Promise.all(['实时识别', 'live names', '变焦', 'Zoom'].map(boxOf)).then((boxes) => boxes.filter(Boolean));
    expect(live.x + live.width).toBeLessThanOrEqual(zoom.x);
    const finder = await page.locator('wx-camera').boundingBox();
    expect(Math.min(finder?.width ?? 0, finder?.height ?? 0)).toBeGreaterThan(200);

    await page.locator('[aria-label="打开设置"], [aria-label="Open the settings"]').click();
    await page.locator('wx-address, address').first().waitFor();
    const scale = how.width === 320 ? 1.5 : how.scale;
    await page.evaluate((size) => globalThis.simulator.currentPage().instance.setData({ scale: size }), scale);
    await page.getByText(/ResNet50.*34%/).waitFor();
    expect(await faults()).toEqual([]);
    expect(await brokenWords()).toEqual([]);
    await page.evaluate((server) => globalThis.simulator.currentPage().instance.setData({ server }), LONG_ADDRESS);
    expect(await faults()).toEqual([]);
    await page.evaluate(() => globalThis.simulator.call('navigateBack'));
    await cameraShows();

    await shutter.click();
    await page.locator('wx-button', { hasText: /重试|Try again/ }).click({ trial: true });
    expect(await faults()).toEqual([]);
    await page.locator('wx-button', { hasText: /重试|Try again/ }).click();

    await page.locator('wx-ranking, ranking').first().waitFor();
    await page.evaluate(() => globalThis.simulator.call('navigateBack'));
    await page.locator('wx-camera').waitFor();
    await page.getByText(LONG.predictions[0].name[how.language === 'en' ? 'en' : 'zh']).waitFor();
    expect(await faults()).toEqual([]);
  });
});

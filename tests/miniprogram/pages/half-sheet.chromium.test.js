import { afterEach, describe, expect, it } from 'vitest';
import { findChromium } from '../../simulator/chromium.js';
import { explains } from '../replies.js';
import { example } from '../sources.js';
import { aroundAllTests, FILL, launch, phone } from './around-chromium.js';
import { givePast } from './past.js';

const SLOW = { timeout: 90_000 };
const { predictions } = JSON.parse(example('predictions'));
/** Five names, two of them folded. */
const FIVE = [0.4, 0.3, 0.2, 0.04, 0.02].map((probability, index) => ({ ...predictions[index], probability }));
const SCREENS = [
  { width: 320, height: 568, fontSize: '17' },
  { width: 320, height: 568, fontSize: '25' },
  { width: 375, height: 812, fontSize: '17' },
];

aroundAllTests({ 'POST /explain': explains, 'GET /readyz': { body: { ...JSON.parse(example('ready')), teaching: true } } });
afterEach(() => expect(phone.errors).toEqual([]));

/** @param {typeof SCREENS[number]} screen @param {object} [entry] @returns {Promise<void>} */
async function openResult({ width, height, fontSize }, entry = {}) {
  await launch({ width, height, query: { privacy: 'agreed', granted: 'scope.writePhotosAlbum', fontSize, page: 'pages/result/result?id=r0' } });
  await phone.page.evaluate(() =>
    globalThis.simulator.call('setStorageSync', 'fit', { server: 'http://127.0.0.1:5000', fit: 'squash', teaching: true }));
  await givePast(phone, [{ predictions: FIVE, ...entry }]);
  await phone.page.addStyleTag({ content: FILL });
  // A sheet is where it belongs at once.
  await phone.page.emulateMedia({ reducedMotion: 'reduce' });
}

/** @param {string} said @returns {import('playwright-core').Locator} */
const button = (said) => phone.page.getByRole('button', { name: new RegExp(`^${said}`) }).first();

/**
 * Whether all of it is on the glass, and nothing lies on it.
 *
 * @param {import('playwright-core').Locator} target
 * @returns {Promise<boolean>}
 */
function isInSight(target) {
  return target.evaluate((element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const inside = left >= 0 && top >= 0 && right <= innerWidth + 1 && bottom <= innerHeight + 1;
    return inside && element.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
  });
}

/** The same of what may have to be scrolled to. @param {import('playwright-core').Locator} target @returns {Promise<boolean>} */
async function canBeReached(target) {
  await target.scrollIntoViewIfNeeded();
  return isInSight(target);
}

/** @param {string} opener @param {string[]} fixed  buttons that do not scroll @param {string[]} others @returns {Promise<void>} */
async function checkSheet(opener, fixed, others) {
  await button(opener).tap();
  const dialog = phone.page.getByRole('dialog');
  for (const said of fixed) expect(await isInSight(button(said)), said).toBe(true);
  for (const said of others) expect(await canBeReached(button(said)), said).toBe(true);
  expect(await isInSight(dialog), opener).toBe(true);
}

describe.skipIf(!findChromium()).each(SCREENS)('on a screen of $width x $height, text $fontSize', (screen) => {
  it('the heat map of every name is in sight while its name is tapped', SLOW, async () => {
    await openResult(screen);
    const { page } = phone;
    await button('还有 2 个').tap();
    const places = new Set();
    for (const { name } of FIVE) {
      await button(name.zh).tap();
      await page.getByText(`判断为“${name.zh}”`).waitFor();
      const map = page.locator('wx-canvas[class*="--heat"]');
      const { x, y, width, height } = await map.boundingBox();
      expect(Math.min(x, y), name.zh).toBeGreaterThanOrEqual(0);
      expect(x + width, name.zh).toBeLessThanOrEqual(screen.width);
      const sheet = await page.locator('.said').boundingBox();
      expect(y + height, name.zh).toBeLessThanOrEqual(sheet.y + 1);
      places.add(JSON.stringify([x, y, width, height]));
    }
    expect(places.size).toBe(1);
  });

  it('every action can be reached, on the page and in its sheets', SLOW, async () => {
    await openResult(screen, { confident: false });
    for (const said of ['更多', '分享', '再拍一张']) expect(await isInSight(button(said)), said).toBe(true);
    for (const said of ['识别有误？', '不对？教它认识', '还有 2 个', '看看服务器收到的图']) {
      expect(await canBeReached(button(said)), said).toBe(true);
    }
    expect(await isInSight(phone.page.locator('.photo'))).toBe(true);
    await checkSheet('更多', ['取消'], ['保存到相册', '复制名字', '看大图', '删除这个结果']);
    await button('取消').tap();
    await checkSheet('识别有误？', ['取消', '保存'], FIVE.map(({ name }) => name.zh));
    expect(await canBeReached(phone.page.getByRole('textbox'))).toBe(true);
  });

  it('a correction is in sight, wherever the names were scrolled to, and so is its toast', SLOW, async () => {
    await openResult(screen);
    const [, , third, fourth] = FIVE;
    for (const { name } of [third, fourth]) {
      await button('看看服务器收到的图').scrollIntoViewIfNeeded();
      await button('识别有误？').tap();
      await phone.page.getByRole('dialog').getByRole('button', { name: name.zh }).tap();
      await phone.page.getByRole('status').getByText(`已更正为 ${name.zh}`).waitFor();
      await phone.page.waitForFunction(() => {
        const card = document.querySelector('.corrected')?.getBoundingClientRect();
        const names = document.querySelector('.said .scroll')?.getBoundingClientRect();
        return card && names && card.top >= names.top - 1 && card.top < names.bottom;
      });
    }
  });
});

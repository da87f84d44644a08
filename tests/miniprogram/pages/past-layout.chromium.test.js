import { describe, expect, it } from 'vitest';
import { findChromium } from '../../simulator/chromium.js';
import { explains } from '../replies.js';
import { example } from '../sources.js';
import { aroundAllTests, FILL, FINGER, launch, phone } from './around-chromium.js';
import { givePast } from './past.js';

const SLOW = 90_000;

const { predictions } = JSON.parse(example('predictions'));
const SIXTY = '这是一个六十个字长的名字来自某个自己训练的模型它一直写到这一行的尽头还没有写完所以要换好几行才放得下请把它完整地显示出来吧谢谢';
const LONG = [
  { ...predictions[0], name: { zh: SIXTY, en: 'x'.repeat(60) } },
  { ...predictions[1], name: { zh: '黑褐猎浣熊犬', en: 'black-and-tan coonhound' } },
  ...predictions.slice(2),
];
const corrected = { id: '', label: 'y'.repeat(40), name: { zh: 'y'.repeat(40), en: 'y'.repeat(40) } };
const kind = { id: 'crustacean', name: { zh: '虾蟹', en: 'a crab, lobster or other crustacean' }, probability: 0.93 };
const ENTRIES = [{ predictions: LONG }, { predictions: LONG, confident: false, kind }, { corrected }, ...Array.from({ length: 9 }, () => ({}))];

/** Classes with long names. */
const CHOICES = ['n02093991', 'n02105855', 'n02107574', 'n02504013', 'n03197337'];

aroundAllTests({
  'POST /explain': explains,
  'GET /classes/n02504013': { body: example('class-card') },
});

/** @returns {Promise<string[]>} what reaches over the sides, and what a finger would miss */
function faults() {
  return phone.page.evaluate((least) => {
    const found = [];
    for (const element of document.querySelectorAll('.phone-page:not([hidden]) *')) {
      const { left, right, width, height } = element.getBoundingClientRect();
      if (!width || !height || element.closest('wx-image, wx-canvas, wx-slider')) continue;
      const name = `${element.className} ${element.textContent?.trim().slice(0, 20)}`;
      if (left < -1 || right > innerWidth + 1) found.push(`over the side: ${name}`);
      const isButton = element.matches('wx-button, [role="button"]');
      if (isButton && !element.getAttribute('aria-hidden') && Math.min(width, height) < least) found.push(`too small: ${name} ${width} x ${height}`);
    }
    return found;
  }, FINGER);
}

/** @param {string} page  with its query @param {number} scale @returns {Promise<void>} */
async function goTo(page, scale) {
  await phone.page.evaluate((url) => globalThis.simulator.call('reLaunch', { url }), `/${page}`);
  await phone.page.evaluate((size) => globalThis.simulator.currentPage().instance.setData({ scale: size }), scale);
}

describe.skipIf(!findChromium())('a small phone', () => {
  it.each(['zh_CN', 'en'])('shows the first guess above the buttons where nobody is sure, in %s', { timeout: SLOW }, async (language) => {
    await launch({ width: 320, height: 568, query: { privacy: 'agreed', language, page: 'pages/result/result?id=r0' } });
    await givePast(phone, [{ confident: false }]);
    const { page } = phone;
    await page.addStyleTag({ content: FILL });
    const [first, tips, dock] = await Promise.all(['listitem', 'tips', 'dock'].map(async (name) => {
      const found = name === 'listitem' ? page.getByRole(name) : page.locator(`[class$="--${name}"], .${name}`);
      return found.first().boundingBox();
    }));
    expect(first.y + first.height).toBeLessThanOrEqual(dock.y);
    expect(tips.y).toBeGreaterThan(first.y);
  });
});

describe.skipIf(!findChromium())('result and history fit', () => {
  const cases = [
    { width: 320, height: 568, language: 'zh_CN', scale: 1.5 },
    { width: 320, height: 568, language: 'en', scale: 1 },
    { width: 430, height: 932, language: 'en', scale: 1.5 },
    { width: 768, height: 1024, language: 'zh_CN', scale: 1 },
    { width: 844, height: 390, language: 'en', scale: 1.5 },
  ];

  it.each(cases)('$width x $height in $language, text x $scale', { timeout: SLOW }, async ({ width, height, language, scale }) => {
    const query = { privacy: 'agreed', language, page: 'pages/history/history' };
    await launch({ width, height, query });
    await givePast(phone, ENTRIES);
    const { page } = phone;
    await page.addStyleTag({ content: FILL });

    await goTo('pages/history/history', scale);
    expect(await faults()).toEqual([]);
    await page.getByRole('button', { name: /^(选择|Select)$/ }).click();
    await page.getByRole('checkbox').first().click();
    expect(await faults(), 'selecting').toEqual([]);

    for (const id of ['r0', 'r1', 'r2']) {
      await goTo(`pages/result/result?id=${id}`, scale);
      await page.locator('[aria-pressed]').first().click();
      await page.locator('wx-slider').waitFor();
      expect(await faults(), id).toEqual([]);
    }
    await page.locator('wx-button', { hasText: /更多|More/ }).click();
    expect(await faults()).toEqual([]);
    await page.locator('wx-button', { hasText: /取消|Cancel/ }).click();
    await page.locator('wx-button', { hasText: /识别有误|Not this/ }).click();
    expect(await faults()).toEqual([]);
    await goTo('pages/result/result?id=gone', scale);
    expect(await faults()).toEqual([]);

    await goTo('pages/result/result?id=r3', scale);
    await page.getByRole('button', { name: /^(更多|More)$/ }).click();
    await page.getByRole('button', { name: /考考朋友|Quiz a friend/ }).click();
    expect(await faults(), 'quiz').toEqual([]);
    await goTo('pages/atlas/atlas', scale);
    await page.getByText(/按类别|By kind/).click();
    await page.getByRole('listitem').first().getByRole('button').click();
    await page.getByText(/类别：大象|Kind: an elephant/).waitFor();
    expect(await faults(), 'atlas').toEqual([]);
    await goTo(`pages/quiz/quiz?q=${CHOICES.join('.')}&a=0`, scale);
    await page.locator('.choice, [class*="--choice"]').first().click();
    expect(await faults(), 'quiz of a friend').toEqual([]);
    expect(phone.errors).toEqual([]);
  });
});

import { afterEach, describe, expect, test } from 'vitest';
import { findChromium, launchPhone } from './chromium.js';
import { variant } from './variant.js';

/** @type {import('./chromium.js').RunningPhone} */
let phone;
afterEach(() => phone.close());

describe.skipIf(!findChromium())('components in Chromium', () => {
  test('a swiper follows the finger, and rem the page', async () => {
    phone = await launchPhone({
      root: variant({
        'pages/home/home.wxml': `<page-meta root-font-size="20px" />
          <swiper class="turn" current="{{at}}" indicator-dots bindchange="note">
            <swiper-item wx:for="{{[0, 1, 2]}}" wx:key="*this"><view class="wide">{{index}}</view></swiper-item>
          </swiper>
          <scroll-view scroll-x class="along"><view class="long">abc</view></scroll-view>`,
        'pages/home/home.wxss': '.wide { width: 2rem; } .long { width: 2000px; }',
        'pages/home/home.js':
          'Page({ data: { at: 0, heard: [] }, note({ detail }) { this.setData({ heard: [...this.data.heard, [detail.current, detail.source]] }) } })',
      }),
    });
    const { page } = phone;
    const heard = () => page.evaluate(() => window.simulator.currentPage().data.heard);
    expect((await page.locator('.wide').first().boundingBox()).width).toBe(40);
    await page.evaluate(() => {
      const swiper = document.querySelector('wx-swiper');
      swiper.scrollTo({ left: swiper.clientWidth, behavior: 'instant' });
    });
    await expect.poll(heard).toEqual([[1, 'touch']]);
    await page.evaluate(() => window.simulator.currentPage().instance.setData({ at: 2 }));
    await expect.poll(heard).toEqual([
      [1, 'touch'],
      [2, ''],
    ]);
    await expect.poll(() => page.evaluate(() => document.querySelector('wx-swiper').scrollLeft)).toBe(780);
    await page.waitForTimeout(300);
    expect(await heard()).toHaveLength(2);
    expect(await page.evaluate(() => document.querySelector('.along').scrollWidth)).toBe(2000);
    expect(phone.errors).toEqual([]);
  });
});

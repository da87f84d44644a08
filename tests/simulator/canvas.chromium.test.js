import { afterEach, describe, expect, test } from 'vitest';
import { findChromium, launchPhone } from './chromium.js';
import { blankJpeg, blankPng } from './runtime/canvas/blank-picture.js';
import { variant } from './variant.js';

/** @type {import('./chromium.js').RunningPhone} */
let phone;
afterEach(() => phone?.close());

const PAINTER = variant({
  'pages/home/home.wxml': `<canvas type="2d" id="card" style="width: 100px; height: 50px" bindtouchstart="touch" />
    <image wx:if="{{made}}" class="made" src="{{made}}" />`,
  'pages/home/home.js': `Page({
    data: { made: '', size: null, place: null },
    touch({ touches }) { this.setData({ place: [touches[0].x, touches[0].y] }); },
    onReady() {
      this.createSelectorQuery().select('#card').fields({ node: true, size: true }).exec(([{ node, width, height }]) => {
        this.node = node;
        node.width = width * 2;
        node.height = height * 2;
        const context = node.getContext('2d');
        context.scale(2, 2);
        context.fillStyle = '#ff0000';
        context.fillRect(0, 0, 50, 50);
        const dot = node.createImage();
        dot.onload = () => node.requestAnimationFrame(async () => {
          context.drawImage(dot, 50, 0, 50, 50);
          const copy = wx.createOffscreenCanvas({ type: '2d', width: 200, height: 100 });
          copy.getContext('2d').drawImage(node, 0, 0);
          const { tempFilePath } = await wx.canvasToTempFilePath({ canvas: copy, destWidth: 400, destHeight: 200, fileType: 'jpg' });
          const { width: w, height: h, type } = await wx.getImageInfo({ src: tempFilePath });
          this.setData({ made: tempFilePath, size: [width, height, w, h, type] });
        });
        dot.src = '/images/dot.png';
      });
    },
  })`,
});

describe.skipIf(!findChromium())('a canvas in Chromium', () => {
  test('draws, exports and is touched', async () => {
    phone = await launchPhone({ root: PAINTER });
    const { page } = phone;
    await page.locator('.made').waitFor();
    expect(await page.evaluate(() => window.simulator.currentPage().data.size)).toEqual([
      100,
      50,
      400,
      200,
      'jpeg',
    ]);
    await expect.poll(() => page.evaluate(() => document.querySelector('.made img')?.naturalWidth)).toBe(400);
    expect(await page.evaluate(pixelOfMade)).toMatchObject([expect.closeTo(254, -1), 0, 0, 255]);
    const box = await page.locator('#card').boundingBox();
    await page.touchscreen.tap(box.x + 30, box.y + 20);
    await expect.poll(() => page.evaluate(() => window.simulator.currentPage().data.place)).toEqual([30, 20]);
    expect(phone.errors).toEqual([]);
  });

  test("jsdom's blank pictures can be decoded", async () => {
    phone = await launchPhone({ root: PAINTER });
    const sizes = await phone.page.evaluate(
      (pictures) =>
        Promise.all(
          pictures.map(async (bytes) => {
            const { width, height } = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
            return [width, height];
          }),
        ),
      [[...blankJpeg(901, 1203)], [...blankPng(901, 1203)], [...blankPng(1, 1)]],
    );
    expect(sizes).toEqual([
      [901, 1203],
      [901, 1203],
      [1, 1],
    ]);
  });
});

/** Runs in the page. */
function pixelOfMade() {
  const context = document.createElement('canvas').getContext('2d');
  context.drawImage(document.querySelector('.made img'), 0, 0);
  return [...context.getImageData(20, 20, 1, 1).data];
}

import { afterEach, describe, expect, it } from 'vitest';
import { blankJpeg } from '../../simulator/runtime/canvas/blank-picture.js';
import { findChromium } from '../../simulator/chromium.js';
import { explains } from '../replies.js';
import { example } from '../sources.js';
import { aroundAllTests, launch, phone } from './around-chromium.js';
import { givePast } from './past.js';

const SLOW = 60_000;
const EXPLANATION = JSON.parse(example('explanation'));
const { box } = EXPLANATION;
/** The photo is grey all over. */
const GREY = 128;
/** Where the example's grid is 1, and where it is 0, as fractions of the photo. */
const HOT = { x: box.left + (3.5 / 7) * box.width, y: box.top + (2.5 / 7) * box.height };
const COLD = { x: box.left + (0.4 / 7) * box.width, y: box.top + (6.6 / 7) * box.height };
const OUTSIDE = { x: 0.04, y: 0.02 };

/** @param {string} name  of a class in a component's style sheet @returns {string} selector */
const part = (name) => `:is([class$="--${name}"], [class*="--${name} "])`;

aroundAllTests({ 'POST /explain': explains });
afterEach(() => expect(phone.errors).toEqual([]));

/** @param {{width: number, height: number}} photo @param {object} [options] @returns {Promise<void>} */
async function open({ width, height }, options = {}) {
  const query = { privacy: 'agreed', granted: 'scope.writePhotosAlbum', page: 'pages/result/result?id=r0' };
  await launch({ query, ...options });
  await givePast(phone, [{ predictions: [EXPLANATION.label, ...JSON.parse(example('predictions')).predictions] }], Buffer.from(blankJpeg(width, height)));
  await phone.page.locator(`${part('photo')} img`).evaluate((image) => image.decode());
}

/**
 * @param {string} base64  of any picture
 * @param {{x: number, y: number}[]} places  pixels
 * @returns {Promise<{width: number, height: number, colours: number[][]}>} RGB of these places
 */
function read(base64, places) {
  return phone.page.evaluate(
    async ([base64, places]) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const picture = await createImageBitmap(new Blob([bytes]));
      const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
      context.drawImage(picture, 0, 0);
      const colours = places.map(({ x, y }) => [...context.getImageData(Math.round(x), Math.round(y), 1, 1).data].slice(0, 3));
      return { width: picture.width, height: picture.height, colours };
    },
    /** @type {const} */ ([base64, places]),
  );
}

/**
 * What is seen of the photo at some places.
 *
 * @param {{width: number, height: number}} photo
 * @param {{x: number, y: number}[]} places  fractions of the photo
 * @returns {Promise<number[][]>} RGB
 */
async function seen(photo, places) {
  const frame = phone.page.locator(part('frame'));
  const { width, height } = await frame.boundingBox();
  const scale = Math.min(width / photo.width, height / photo.height);
  const [left, top] = [(width - photo.width * scale) / 2, (height - photo.height * scale) / 2];
  const at = ({ x, y }) => ({ x: 2 * (left + x * photo.width * scale), y: 2 * (top + y * photo.height * scale) });
  // The line on the photo lies on one of the places.
  const style = '.note { visibility: hidden; }';
  const shot = (await frame.screenshot({ animations: 'disabled', style })).toString('base64');
  return (await read(shot, places.map(at))).colours;
}

/** @param {string} name @returns {Promise<void>} */
async function look(name) {
  await phone.page.locator(part('name-button'), { hasText: name }).tap();
  await phone.page.getByText(`判断为“${name}”`).waitFor();
}

describe.skipIf(!findChromium())('the heat map', () => {
  const shapes = [
    { photo: { width: 600, height: 800 } },
    { photo: { width: 1200, height: 500 } },
    { photo: { width: 600, height: 800 }, screen: { width: 844, height: 390 } },
  ];

  it.each(shapes)('lies on the photo exactly: $photo $screen', { timeout: SLOW }, async ({ photo, screen }) => {
    await open(photo, screen);
    await look('比格犬');
    const [hot, cold, outside] = await seen(photo, [HOT, COLD, OUTSIDE]);
    expect(hot[0] - hot[2], `hot ${hot}`).toBeGreaterThan(60);
    expect(hot[0]).toBeGreaterThan(GREY + 40);
    for (const part of cold) expect(Math.abs(part - GREY), `cold ${cold}`).toBeLessThan(24);
    for (const part of outside) expect(part, `outside ${outside}`).toBeLessThan(GREY * 0.6);
  });

  it('goes away with a tap, and comes weaker with the slider', { timeout: SLOW }, async () => {
    const photo = { width: 600, height: 800 };
    await open(photo);
    await look('比格犬');
    await phone.page.locator('wx-slider input').evaluate((range) => {
      range.value = '10';
      range.dispatchEvent(new Event('input', { bubbles: true }));
    });
    const [weak, dim] = await seen(photo, [HOT, OUTSIDE]);
    expect(weak[0]).toBeLessThan(GREY + 40);
    expect(dim[0]).toBeGreaterThan(GREY * 0.8);
    await phone.page.locator(part('frame')).tap();
    const plain = await seen(photo, [HOT, OUTSIDE]);
    for (const colour of plain) for (const part of colour) expect(Math.abs(part - GREY)).toBeLessThan(4);
  });

  it('stays on the photo when the phone is turned', { timeout: SLOW }, async () => {
    const photo = { width: 600, height: 800 };
    await open(photo, { width: 390, height: 700 });
    await look('比格犬');
    await phone.page.setViewportSize({ width: 700, height: 390 });
    await phone.page.waitForTimeout(100);
    const [hot, , outside] = await seen(photo, [HOT, COLD, OUTSIDE]);
    expect(hot[0] - hot[2], `hot ${hot}`).toBeGreaterThan(60);
    expect(outside[0], `outside ${outside}`).toBeLessThan(GREY * 0.6);
  });
});

/** @returns {Promise<string>} base64 of what went to the album */
async function saved() {
  await phone.page.waitForFunction(() => globalThis.simulator.saved.length === 1);
  return phone.page.evaluate(() => btoa(Array.from(globalThis.simulator.saved[0].bytes, (byte) => String.fromCharCode(byte)).join('')));
}

/** @param {string} base64 @param {number} height @param {number} width @returns {Promise<number>} share of white in its lowest fifth */
async function whiteBelow(base64, width, height) {
  const places = [];
  for (let y = height * 0.8; y < height - 1; y += height / 160) for (let x = 0; x < width; x += width / 160) places.push({ x: Math.min(x, width - 1), y });
  const { colours } = await read(base64, places);
  return colours.filter(([r, g, b]) => Math.min(r, g, b) > 220).length / colours.length;
}

describe.skipIf(!findChromium())('the picture for the album', () => {
  it.each([
    [{ width: 1080, height: 1440 }, { width: 1080, height: 1440 }],
    [{ width: 3000, height: 1500 }, { width: 2000, height: 1000 }],
  ])('of a photo of %o is %o, with words on a dark foot', { timeout: SLOW }, async (photo, size) => {
    await open(photo);
    await phone.page.getByText('更多').tap();
    await phone.page.getByText('保存到相册').tap();
    const base64 = await saved();
    const { width, height, colours } = await read(base64, [
      { x: size.width / 2, y: size.height * 0.1 },
      { x: size.width - 2, y: size.height - 2 },
    ]);
    expect({ width, height }).toEqual(size);
    expect(Math.abs(colours[0][0] - GREY)).toBeLessThan(4);
    expect(colours[1][0]).toBeLessThan(GREY * 0.5);
    expect(await whiteBelow(base64, width, height)).toBeGreaterThan(0.01);
  });
});

describe.skipIf(!findChromium())('the card for friends', () => {
  it('is the middle of the photo at 5:4, with the question', { timeout: SLOW }, async () => {
    await open({ width: 600, height: 800 });
    const base64 = await phone.page.evaluate(async () => {
      const { imageUrl } = await globalThis.simulator.share();
      return globalThis.simulator.call('getFileSystemManager').readFileSync(imageUrl, 'base64');
    });
    const { width, height } = await read(base64, []);
    expect([width, height]).toEqual([1000, 800]);
    expect(await whiteBelow(base64, width, height)).toBeGreaterThan(0.01);
  });
});

// One photo from the shutter until it is deleted, as somebody does it who opens the mini-program for the first time.
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { sizeOf } from '../miniprogram/picture.js';
import { begin, closePhones, page, phone, shareServer } from './around.js';
import { keepScreenshot } from './artifacts.js';
import { names, openCamera, tap } from './fingers.js';
import { nameOf, photos } from './photos.js';
import { photoDifference, readColours } from './pixels.js';
import { answer, firstName, openHistory, recognise } from './visit.js';

const { zh: BROCCOLI } = photos ? nameOf('broccoli') : { zh: '' };

/** @param {string} file  of the phone @returns {string} base64 */
const readFile = (file) => globalThis.simulator.call('getFileSystemManager').readFileSync(file, 'base64');

describe.skipIf(!photos)('the whole journey of a photo (needs ../shared)', () => {
  shareServer();
  closePhones();
  beforeEach(async () => {
    await begin({});
    await openCamera(page);
  });

  it('shows which part of the photo looks like its name, and the photo alone again', async () => {
    expect(await recognise(page)).toContain(BROCCOLI);
    await names(page).first().getByRole('button').first().tap();
    await page.getByText(`高亮处是判断为“${BROCCOLI}”`).waitFor();
    await keepScreenshot(page, 'journey-heat');
    const heat = page.locator('wx-canvas[class*="--heat"]');
    const colours = await heat.locator('canvas').evaluate(readColours);
    const share = (/** @type {(colour: number[]) => boolean} */ is) => colours.filter(is).length / colours.length;
    const hot = share(([red, , blue, alpha]) => alpha > 60 && red - blue > 60);
    const dark = share(([red, green, blue, alpha]) => alpha > 20 && Math.max(red, green, blue) < 60);
    expect(hot).toBeGreaterThan(0.01);
    expect(hot).toBeLessThan(0.9);
    expect(dark).toBeGreaterThan(0.01);
    expect(await heat.evaluate((canvas) => getComputedStyle(canvas).visibility)).toBe('visible');
    await tap(page, '收起');
    await page.getByRole('slider').waitFor({ state: 'detached' });
    await expect.poll(() => heat.evaluate((canvas) => getComputedStyle(canvas).visibility)).toBe('hidden');
  });

  it('makes a card for friends, and a picture for the album with the words on its foot', async () => {
    await recognise(page);
    const card = await page.evaluate(() => globalThis.simulator.share());
    expect(card.title).toBe(`这是${BROCCOLI}吗？`);
    expect(card.path).toMatch(/^\/pages\/result\/result\?r=n07714990-/);
    const picture = Buffer.from(await page.evaluate(readFile, card.imageUrl), 'base64');
    expect(sizeOf(picture)).toEqual([1000, 800]);

    const download = page.waitForEvent('download');
    await tap(page, '更多');
    await tap(page, '保存到相册');
    await answer(page, '允许');
    await page.getByText('已保存到相册').waitFor();
    const saved = readFileSync(await (await download).path());
    const photo = await page.evaluate(() => globalThis.simulator.currentPage().instance.entry().photo);
    const taken = Buffer.from(await page.evaluate(readFile, photo), 'base64');
    expect(sizeOf(saved)).toEqual(sizeOf(taken));
    const { above, foot } = await page.evaluate(photoDifference, [saved.toString('base64'), taken.toString('base64')]);
    expect(above).toBeLessThan(6);
    expect(foot).toBeGreaterThan(20);
  });

  it('is in the history, also when the phone was off, until it is deleted', async () => {
    await recognise(page);
    await phone.restart();
    await openHistory(page);
    await page.getByText('共 1 条，仅保存在本机').waitFor();
    await keepScreenshot(page, 'journey-history');
    await page.getByRole('listitem').getByRole('button', { name: new RegExp(`^${BROCCOLI}`) }).tap();
    await page.getByText('识别结果').first().waitFor();
    expect(await firstName(page)).toContain(BROCCOLI);
    const photo = page.locator('wx-image[class*="--photo"] img').first();
    expect(await photo.evaluate((image) => image.naturalWidth)).toBeGreaterThan(100);

    await tap(page, '更多');
    await tap(page, '删除这个结果');
    await answer(page, '删除');
    await page.getByText('暂无记录').waitFor();
    await tap(page, '去拍一张');
    await page.getByRole('button', { name: '打开相机' }).first().waitFor();
    const kept = () => page.evaluate(() => globalThis.simulator.kept());
    const photosKept = async () => Object.keys((await kept()).files).filter((path) => !path.endsWith('/'));
    await expect.poll(photosKept).toEqual([]);
    expect((await kept()).storage.history ?? []).toEqual([]);
  });
});

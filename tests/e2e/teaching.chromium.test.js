// Teaching, from the first consent to the last removal, by somebody with a small phone.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, launchPhone } from '../simulator/chromium.js';
import { FILL, FINGER } from '../miniprogram/pages/around-chromium.js';
import { taughtThing, taughtThings } from '../miniprogram/replies.js';
import { startServer } from '../miniprogram/server.js';
import { example, ROOT } from '../miniprogram/sources.js';
import { keepScreenshot } from './artifacts.js';
import { cameraShows, tap } from './fingers.js';
import { answer } from './visit.js';

const SLOW = { timeout: 60_000 };
const READY = { ...JSON.parse(example('ready')), teaching: true };
const CAT = '邻居家那只总是趴在窗台上晒太阳的大橘猫';
const QUERY = { privacy: 'agreed', granted: 'scope.camera,scope.writePhotosAlbum', page: 'pages/taught/taught' };

/** @type {import('../miniprogram/server.js').TestServer} */
let server;
/** @type {import('../simulator/chromium.js').RunningPhone} */
let phone;
/** @type {import('playwright-core').Page} */
let page;

/** @param {number} count @returns {any} the cat after so many photos */
const cat = (count) => taughtThing(CAT, { count, photos: Array.from({ length: count }, (_, at) => at + 1), enough: count >= 3 });

/** A server that keeps one thing, as the contract has it. */
function teachable() {
  let count = 0;
  const list = () => ({ body: taughtThings(count ? [cat(count)] : []) });
  server.on('GET /readyz', { body: READY });
  server.on('GET /taught', list);
  server.on('POST /taught', () => {
    count += 1;
    return { body: { ...JSON.parse(example('taught')), thing: cat(count), photo: count } };
  });
  server.on(`DELETE /taught/${cat(1).id}`, () => {
    count = -count;
    return { body: example('taught-removed') };
  });
  server.on('POST /taught/undo', () => {
    count = -count;
    return { body: { ...JSON.parse(example('taught-changed')), thing: cat(count) } };
  });
}

/** @returns {Promise<string[]>} what reaches over the sides, and what a finger would miss */
function faults() {
  return page.evaluate((least) => {
    const found = [];
    for (const element of document.querySelectorAll('.phone-page:not([hidden]) *')) {
      const { left, right, width, height } = element.getBoundingClientRect();
      if (!width || !height || element.closest('wx-image, wx-camera, wx-scroll-view[scroll-x]')) continue;
      const name = `${element.className} ${element.textContent?.trim().slice(0, 20)}`;
      if (left < -1 || right > innerWidth + 1) found.push(`over the side: ${name}`);
      if (element.matches('wx-button, [role="button"]') && height < least) found.push(`too small: ${name} ${height}`);
    }
    return found;
  }, FINGER);
}

/** @param {number} count of photos by the camera, each learned before the next @returns {Promise<void>} */
async function shoot(count) {
  await cameraShows(page);
  for (let shot = 1; shot <= count; shot += 1) {
    await tap(page, '拍照');
    await page.getByRole('button', { name: new RegExp(`^第 ${shot} 张照片，学会了`) }).waitFor();
  }
}

describe.skipIf(!findChromium())('teaching', () => {
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());
  afterEach(async () => {
    const { errors } = phone;
    await phone.close();
    expect(errors).toEqual([]);
  });

  it.each([
    { width: 320, height: 568, scale: 1 },
    { width: 320, height: 568, scale: 1.5 },
    { width: 844, height: 390, scale: 1 },
  ])('a thing, from the consent to its removal, at $width x $height, text x $scale', SLOW, async ({ width, height, scale }) => {
    teachable();
    phone = await launchPhone({ root: ROOT, server: server.address, width, height, query: QUERY });
    ({ page } = phone);
    page.setDefaultTimeout(30_000);
    const enlarge = () => page.evaluate((size) => globalThis.simulator.currentPage().instance.setData({ scale: size }), scale);
    const fits = async () => expect(await faults()).toEqual([]);
    await page.addStyleTag({ content: FILL });

    await enlarge();
    await page.getByText('还没有教过').waitFor();
    await fits();
    await tap(page, '教一样新东西');
    await enlarge();
    await page.getByText('会保存在识别服务').waitFor();
    await fits();
    await tap(page, '同意');
    await page.getByRole('textbox').fill(CAT);
    await fits();
    await tap(page, '下一步');
    await shoot(3);
    await page.getByText('有把握了').waitFor();
    await fits();
    await keepScreenshot(page, `teaching-${width}-${scale}`);
    await tap(page, '完成');
    await page.getByText('教好了').waitFor();
    await fits();

    await page.evaluate(() => globalThis.simulator.call('navigateBack'));
    await page.getByText(CAT).waitFor();
    await fits();
    await tap(page, `删除 ${CAT}`);
    await page.getByText(`已删除“${CAT}”`).waitFor();
    await fits();
    await page.getByText(CAT, { exact: true }).waitFor({ state: 'detached' });
    await tap(page, '撤销');
    await page.getByText(CAT, { exact: true }).waitFor();
    await tap(page, `给 ${CAT} 改名`);
    await fits();
    await tap(page, '取消');
  });

  it('without a network a photo waits, also when the phone was off, and goes when it is back', SLOW, async () => {
    teachable();
    phone = await launchPhone({ root: ROOT, server: server.address, query: QUERY });
    ({ page } = phone);
    page.setDefaultTimeout(30_000);
    await tap(page, '教一样新东西');
    await tap(page, '同意');
    await page.getByRole('textbox').fill(CAT);
    await tap(page, '下一步');
    await cameraShows(page);
    await page.evaluate(() => globalThis.simulator.network('none'));
    await tap(page, '拍照');
    await page.getByText('1 张等待上传：没有网络').waitFor();
    const sent = () => server.to('/taught').filter(({ method }) => method === 'POST').length;
    const before = sent();
    await phone.restart();
    await expect.poll(sent, SLOW).toBe(before + 1);
    await page.getByText('1 张照片 · 再教 2 张').waitFor();
  });

  it('is taken back in the settings, and everything is deleted', SLOW, async () => {
    teachable();
    server.on('DELETE /taught', { body: { success: true, request_id: 'r' } });
    phone = await launchPhone({ root: ROOT, server: server.address, query: { ...QUERY, page: 'pages/teach/teach' } });
    ({ page } = phone);
    page.setDefaultTimeout(30_000);
    await tap(page, '同意');
    await page.evaluate(() => globalThis.simulator.call('reLaunch', { url: '/pages/settings/settings' }));
    await page.getByText('停止，并全部删除').tap();
    await answer(page, '删除');
    await page.getByText('保存的内容已全部删除').waitFor();
    expect(server.to('/taught').at(-1)?.method).toBe('DELETE');
  });
});

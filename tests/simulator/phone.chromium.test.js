import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { findChromium, launchPhone } from './chromium.js';
import { FIXTURE, variant } from './variant.js';

/** @type {import('./chromium.js').RunningPhone} */
let phone;
afterEach(async () => {
  await phone.close();
});
const open = async (options = {}) => {
  phone = await launchPhone({ root: FIXTURE, ...options });
  await phone.page.locator('.phone-page').first().waitFor();
  return phone.page;
};
const css = (page, selector, property) =>
  page
    .locator(selector)
    .first()
    .evaluate((element, name) => getComputedStyle(element)[name], property);

describe.skipIf(!findChromium())('in Chromium', () => {
  test('styles stay where they belong, and rpx follow the width', async () => {
    const page = await open({ width: 300 });
    expect(await css(page, '.components-badge--label', 'color')).toBe('rgb(0, 0, 255)');
    expect(await css(page, 'wx-badge', 'padding')).toBe('4px');
    expect(await css(page, 'wx-view.title', 'padding')).toBe('0px');
    expect(await css(page, '.title', 'fontSize')).toBe('16px');
    expect(await css(page, '.wide', 'width')).toBe('150px');
    expect(await css(page, '.title', 'color')).toBe('rgb(7, 193, 96)');
    await page.getByRole('button', { name: '详情' }).tap();
    await page.locator('.id').waitFor();
    expect(await css(page, '.id', 'color')).toBe('rgb(1, 2, 3)');
    expect(phone.errors).toEqual([]);
  });

  test('dark mode comes from the browser, and from the tester', async () => {
    const page = await open({ theme: 'dark' });
    expect(await css(page, '.title', 'color')).toBe('rgb(43, 168, 106)');
    await page.evaluate(() => window.simulator.theme('light'));
    expect(await css(page, '.title', 'color')).toBe('rgb(7, 193, 96)');
    expect(await css(page, '.phone-bar', 'backgroundColor')).toBe('rgb(255, 255, 255)');
  });

  test('a wide window has a phone in a frame, a narrow one is the phone', async () => {
    const page = await open({ width: 1280, height: 720 });
    const framed = await page.locator('#phone').boundingBox();
    expect(framed.height).toBeLessThan(720);
    expect(framed.width).toBeLessThan(400);
    expect((await page.locator('.wide').boundingBox()).width).toBeCloseTo(framed.width / 2, 0);
    await page.setViewportSize({ width: 375, height: 667 });
    expect(await page.locator('#phone').boundingBox()).toEqual({ x: 0, y: 0, width: 375, height: 667 });
  });

  test('touch, typing and roles work as for a user', async () => {
    const page = await open();
    await page.getByRole('button', { name: '加' }).tap();
    await page.getByRole('switch', { name: '开关' }).tap();
    await page.getByLabel('名字').locator('input').fill('Eve');
    await expect
      .poll(() => page.evaluate(() => window.simulator.currentPage().data))
      .toMatchObject({ count: 2, on: true, name: 'Eve' });
    expect(await page.getByRole('progressbar', { name: '进度' }).getAttribute('aria-valuenow')).toBe('20');
    expect(phone.errors).toEqual([]);
  });

  test('the camera shows a photo, and takePhoto gives its pixels', async () => {
    const { page, file } = await withQuarters();
    await page.getByRole('button', { name: '打开' }).tap();
    await expect
      .poll(() => page.evaluate(() => window.simulator.currentPage().data.events.map(({ type }) => type)))
      .toEqual(['initdone']);
    await page.evaluate(() => window.simulator.currentPage().instance.take());
    await expect
      .poll(() => page.evaluate(() => document.querySelector('.photo img')?.naturalWidth))
      .toBe(320);
    const corners = await page.evaluate(cornerColours);
    expect(corners).toEqual(['red', 'green', 'blue', 'white']);
    expect(await page.evaluate(cornerOfPhoto, 1)).toMatchObject([320, 240, 'black']);
    expect(await page.evaluate(cornerOfPhoto, 4)).toMatchObject([320, 240, 'red']);
    // A component of half the height sees the middle of the frame, and so does its photo.
    const { width } = await page.locator('.lens').boundingBox();
    await page.locator('.lens').evaluate((lens, height) => (lens.style.height = `${height}px`), (width * 3) / 8);
    expect(await page.evaluate(cornerOfPhoto, 1)).toMatchObject([320, 120, 'red']);
    // Frames are of the whole sensor, and zoomed as the photo is.
    expect(await page.evaluate(cornerOfFrame, 1)).toEqual([320, 240, 'black']);
    expect(await page.evaluate(cornerOfFrame, 4)).toEqual([320, 240, 'red']);
    const track = () => page.evaluate(() => window.tracked.map((each) => each.readyState));
    expect(await track()).toEqual(['live']);
    await page.getByRole('button', { name: '打开' }).tap();
    await expect.poll(track).toEqual(['ended']);
    expect(readFileSync(file).length).toBeGreaterThan(100);
    expect(phone.errors).toEqual([]);
  });

  test('a picture is chosen from files, uploaded, and saved as a download', async () => {
    const bodies = [];
    const http = createServer((request, response) => {
      let size = 0;
      request.on('data', (part) => (size += part.length));
      request.on('end', () => {
        bodies.push(size);
        response.end('{"ok":1}');
      });
    });
    await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
    const root = variant({
      'pages/home/home.wxml':
        '<button bindtap="pick">选</button><text class="said">{{said}}</text><button bindtap="save">存</button>',
      'pages/home/home.js': `Page({
        data: { said: '' },
        async pick() {
          const { tempFiles } = await wx.chooseMedia({ count: 1, mediaType: ['image'] });
          this.path = tempFiles[0].tempFilePath;
          wx.uploadFile({ url: 'http://127.0.0.1:5000/predict', name: 'image', filePath: this.path,
            complete: ({ data, errMsg }) => this.setData({ said: data || errMsg }) });
        },
        async save() { await wx.saveImageToPhotosAlbum({ filePath: this.path }) },
      })`,
    });
    const page = await open({
      root,
      server: `http://127.0.0.1:${http.address().port}`,
      query: { privacy: 'agreed', granted: 'scope.writePhotosAlbum' },
    });
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: '选' }).tap();
    await (await chooser).setFiles(`${FIXTURE}/images/dot.png`);
    await expect.poll(() => page.locator('.said').textContent()).toBe('{"ok":1}');
    expect(bodies[0]).toBeGreaterThan(readFileSync(`${FIXTURE}/images/dot.png`).length);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: '存' }).tap();
    expect((await download).suggestedFilename()).toMatch(/^paishi-\d+\.png$/);
    http.close();
    http.closeAllConnections();
    expect(phone.errors).toEqual([]);
  });

  test('files and storage are there after a restart', async () => {
    const page = await open();
    await page.evaluate(async () => {
      const { call } = window.simulator;
      const files = call('getFileSystemManager');
      files.writeFileSync('wxfile://usr/gone.txt', 'x');
      files.mkdirSync('wxfile://usr/empty');
      files.writeFileSync('wxfile://usr/a.txt', 'kept');
      files.unlinkSync('wxfile://usr/gone.txt');
      call('setStorageSync', 'key', [1]);
    });
    await phone.restart();
    expect(
      await page.evaluate(() => {
        const { call } = window.simulator;
        const files = call('getFileSystemManager');
        return [
          files.readFileSync('wxfile://usr/a.txt', 'utf8'),
          files.readdirSync('wxfile://usr').sort(),
          call('getStorageSync', 'key'),
        ];
      }),
    ).toEqual(['kept', ['a.txt', 'empty'], [1]]);
    expect(phone.errors).toEqual([]);
  });

  test("places are counted from the page's corner", async () => {
    const page = await open({ width: 1280, height: 720 });
    const rect = await page.evaluate(
      () =>
        new Promise((resolve) =>
          window.simulator.call('createSelectorQuery').select('#greeting').boundingClientRect(resolve).exec(),
        ),
    );
    expect(rect).toMatchObject({ id: 'greeting', left: 0, top: 0 });
  });

  test('a compile error is shown in the page', async () => {
    phone = await launchPhone({ root: variant({ 'pages/home/home.wxml': '<vieww />' }) });
    await phone.page.getByText('pages/home/home.wxml:1').waitFor();
    expect(phone.errors.join()).toContain('<vieww> is no component');
  });
});

/** A camera that sees four coloured quarters, drawn by the browser itself. */
async function withQuarters() {
  const painter = await open();
  const jpeg = await painter.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
    const context = canvas.getContext('2d');
    ['#f00', '#0f0', '#00f', '#fff'].forEach((colour, index) => {
      context.fillStyle = colour;
      context.fillRect((index % 2) * 160, Math.floor(index / 2) * 120, 160, 120);
    });
    context.fillStyle = '#000';
    context.fillRect(0, 0, 24, 24);
    return canvas.toDataURL('image/jpeg', 0.95).split(',')[1];
  });
  await phone.close();
  const file = join(mkdtempSync(join(tmpdir(), 'camera-')), 'quarters.jpg');
  writeFileSync(file, Buffer.from(jpeg, 'base64'));
  const page = await open({
    cameraPhoto: file,
    query: { page: 'pages/detail/detail', privacy: 'agreed', granted: 'scope.camera' },
  });
  await page.evaluate(() => {
    window.tracked = [];
    const { mediaDevices } = navigator;
    const real = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (wanted) => {
      const stream = await real(wanted);
      window.tracked.push(...stream.getTracks());
      return stream;
    };
  });
  return { page, file };
}

/** Runs in the page. */
function cornerColours() {
  const picture = /** @type {HTMLImageElement} */ (document.querySelector('.photo img'));
  const canvas = Object.assign(document.createElement('canvas'), {
    width: picture.naturalWidth,
    height: picture.naturalHeight,
  });
  const context = canvas.getContext('2d');
  context.drawImage(picture, 0, 0);
  const { width, height } = canvas;
  return [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.25, 0.75],
    [0.75, 0.75],
  ].map(([x, y]) => {
    const [red, green, blue] = context.getImageData(width * x, height * y, 1, 1).data;
    if (red > 200 && green > 200 && blue > 200) return 'white';
    return { [red]: 'red', [green]: 'green', [blue]: 'blue' }[Math.max(red, green, blue)];
  });
}

/** Runs in the page. @param {number} zoom */
async function cornerOfPhoto(zoom) {
  const { call } = window.simulator;
  await call('createCameraContext').setZoom({ zoom });
  const { tempImagePath, width, height } = await call('createCameraContext').takePhoto();
  const canvas = call('createOffscreenCanvas', { type: '2d', width, height });
  const picture = canvas.createImage();
  await new Promise((resolve) => {
    picture.onload = resolve;
    picture.src = tempImagePath;
  });
  const context = canvas.getContext('2d');
  context.drawImage(picture, 0, 0);
  const [red] = context.getImageData(10, 10, 1, 1).data;
  return [width, height, red > 128 ? 'red' : 'black'];
}

/** Runs in the page. @param {number} zoom */
async function cornerOfFrame(zoom) {
  const camera = window.simulator.call('createCameraContext');
  await camera.setZoom({ zoom });
  const { data, width, height } = await new Promise((resolve) => {
    const listener = camera.onCameraFrame((frame) => {
      listener.stop();
      resolve(frame);
    });
    listener.start();
  });
  const [red] = new Uint8ClampedArray(data).subarray(4 * (10 * width + 10));
  return [width, height, red > 128 ? 'red' : 'black'];
}

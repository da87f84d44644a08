import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { albumFile, launch } from './jsdom.js';
import { FIXTURE, variant } from './variant.js';

/** @type {import('./jsdom.js').Launched} */
let phone;
afterEach(() => phone.close());

const PICTURE = `${FIXTURE}/images/dot.png`;
const plain = (value) => JSON.parse(JSON.stringify(value));
const ended = (promise) =>
  promise.then(
    (result) => plain(result),
    (result) => plain(result),
  );
const dialog = () => phone.window.document.querySelector('[role="dialog"]');
const asking = variant({
  'pages/home/home.wxml':
    '<button id="yes" class="yes" open-type="agreePrivacyAuthorization" bindagreeprivacyauthorization="agree">同意</button>',
  'pages/home/home.js': `Page({
    onLoad() { wx.onNeedPrivacyAuthorization((resolve, info) => { this.resolve = resolve; this.info = info }) },
    agree() { this.resolve({ event: 'agree', buttonId: 'yes' }) },
    tooEarly() { this.resolve({ event: 'agree', buttonId: 'yes' }) },
    disagree() { this.resolve({ event: 'disagree' }) },
  })`,
});

async function withPicture(options) {
  phone = await launch({ root: FIXTURE, ...options });
  phone.simulator.album([albumFile(phone, PICTURE)]);
}

test('without a listener the platform asks, and a refusal is errno 104', async () => {
  await withPicture();
  const choice = ended(phone.simulator.call('chooseMedia', { mediaType: ['image'] }));
  await phone.settle();
  expect(dialog().getAttribute('aria-label')).toBe('用户隐私保护提示');
  await phone.tap('拒绝');
  expect(await choice).toEqual({
    errMsg: 'chooseMedia:fail privacy permission is not authorized',
    errno: 104,
  });
});

test.each([
  ['setClipboardData', { data: 'x' }],
  ['saveImageToPhotosAlbum', { filePath: '/images/dot.png' }],
  ['chooseMedia', { mediaType: ['image'] }],
])('%s needs the consent, and a refusal is not asked about again', async (name, options) => {
  await withPicture({ privacy: 'refused', scopes: { 'scope.writePhotosAlbum': true } });
  expect(await ended(phone.simulator.call(name, options))).toMatchObject({ errno: 104 });
  expect(dialog()).toBeNull();
});

test('after consent nobody asks again', async () => {
  await withPicture();
  const choice = ended(phone.simulator.call('chooseMedia', { mediaType: ['image'] }));
  await phone.settle();
  await phone.tap('同意');
  expect(await choice).toMatchObject({
    errMsg: 'chooseMedia:ok',
    type: 'image',
    tempFiles: [{ fileType: 'image' }],
  });
  expect(plain(await phone.simulator.call('getPrivacySetting'))).toMatchObject({ needAuthorization: false });
});

test("the app's own listener asks, and only a tapped button agrees", async () => {
  phone = await launch({ root: asking });
  let settled = false;
  const request = ended(phone.simulator.call('requirePrivacyAuthorize')).finally(() => (settled = true));
  await phone.settle();
  expect(phone.page.info.referrer).toBe('requirePrivacyAuthorize');
  phone.page.tooEarly();
  await phone.settle();
  expect(settled).toBe(false);
  expect(phone.errors.map(String)).toEqual([expect.stringContaining('agree without a tap')]);
  await phone.tap('.yes');
  expect(await request).toEqual({ errMsg: 'requirePrivacyAuthorize:ok' });
});

test("the app's own listener can be told no", async () => {
  phone = await launch({ root: asking });
  const request = ended(phone.simulator.call('requirePrivacyAuthorize'));
  await phone.settle();
  phone.page.disagree();
  expect(await request).toMatchObject({ errno: 104 });
});

test('the album needs its scope; a refusal stays until the settings page', async () => {
  await withPicture({ privacy: 'agreed' });
  const save = () => ended(phone.simulator.call('saveImageToPhotosAlbum', { filePath: '/images/dot.png' }));
  const first = save();
  await phone.settle();
  expect(dialog().textContent).toContain('添加到相册');
  await phone.tap('拒绝');
  expect(await first).toEqual({ errMsg: 'saveImageToPhotosAlbum:fail auth deny' });
  expect(await save()).toEqual({ errMsg: 'saveImageToPhotosAlbum:fail auth deny' });
  const settings = ended(phone.simulator.call('openSetting'));
  await phone.settle();
  phone.window.document.querySelector('[role="switch"][type="checkbox"]').click();
  await phone.tap('返回');
  expect(await settings).toMatchObject({ authSetting: { 'scope.writePhotosAlbum': true } });
  expect(await save()).toEqual({ errMsg: 'saveImageToPhotosAlbum:ok' });
  expect(phone.simulator.saved[0].name).toMatch(/^paishi-\d+\.png$/);
});

test("a camera that may not look says so in the platform's words", async () => {
  phone = await launch({
    root: FIXTURE,
    page: 'pages/detail/detail',
    privacy: 'agreed',
    scopes: { 'scope.camera': false },
  });
  await phone.tap('.open');
  expect(plain(phone.page.data.events)).toEqual([
    { type: 'error', detail: { errMsg: 'insertCamera:fail auth deny' } },
  ]);
});

test('a camera that may look takes the picture that the test gives', async () => {
  phone = await launch({
    root: FIXTURE,
    page: 'pages/detail/detail',
    privacy: 'agreed',
    scopes: { 'scope.camera': true },
  });
  phone.simulator.camera(new phone.window.Uint8Array(readFileSync(PICTURE)));
  await phone.tap('.open');
  await phone.page.take();
  expect(phone.page.data.photo).toMatch(/^wxfile:\/\/tmp_.*\.jpg$/);
  phone.simulator.hide();
  expect(plain(phone.page.data.events).map(({ type }) => type)).toEqual(['initdone', 'stop']);
  await expect(ended(phone.page.take())).resolves.toEqual({ errMsg: 'takePhoto:fail camera is not running' });
});

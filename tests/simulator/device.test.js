import { afterEach, expect, test } from 'vitest';
import { launch } from './jsdom.js';
import { FIXTURE } from './variant.js';

/** @type {import('./jsdom.js').Launched} */
let phone;
afterEach(() => phone.close());
const wx = (name, ...args) => phone.simulator.call(name, ...args);
const plain = (value) => JSON.parse(JSON.stringify(value));

test('storage keeps values, and their limit', async () => {
  phone = await launch({ root: FIXTURE, storage: { old: { a: 1 } } });
  expect(plain(wx('getStorageSync', 'old'))).toEqual({ a: 1 });
  expect(wx('getStorageSync', 'none')).toBe('');
  wx('setStorageSync', 'list', [1, 2]);
  expect(plain((await wx('getStorage', { key: 'list' })).data)).toEqual([1, 2]);
  await expect(wx('getStorage', { key: 'none' })).rejects.toMatchObject({
    errMsg: 'getStorage:fail data not found',
  });
  expect(() => wx('setStorageSync', 'big', 'x'.repeat(1024 * 1024))).toThrow(/entry size limit/);
  expect(plain(wx('getStorageInfoSync').keys).sort()).toEqual(['list', 'old']);
  wx('clearStorageSync');
  expect(plain(wx('getStorageInfoSync').keys)).toEqual([]);
});

test("files are written, read, listed and removed, inside the user's folder only", async () => {
  phone = await launch({ root: FIXTURE });
  const files = wx('getFileSystemManager');
  const { USER_DATA_PATH } = phone.simulator.env;
  files.mkdirSync(`${USER_DATA_PATH}/a/b`, true);
  files.writeFileSync(`${USER_DATA_PATH}/a/b/x.txt`, '猫', 'utf8');
  expect(files.readFileSync(`${USER_DATA_PATH}/a/b/x.txt`, 'utf8')).toBe('猫');
  expect(files.readFileSync(`${USER_DATA_PATH}/a/b/x.txt`, 'base64')).toBe('54yr');
  expect(files.statSync(`${USER_DATA_PATH}/a/b/x.txt`).size).toBe(3);
  expect(plain(files.readdirSync(USER_DATA_PATH))).toEqual(['a']);
  files.unlinkSync(`${USER_DATA_PATH}/a/b/x.txt`);
  expect(() => files.accessSync(`${USER_DATA_PATH}/a/b/x.txt`)).toThrow(/accessSync:fail no such file/);
  expect(() => files.writeFileSync('wxfile://tmp_x', 'a')).toThrow(/permission denied/);
  const read = await new Promise((resolve) => files.readFile({ filePath: 'none', fail: resolve }));
  expect(read.errMsg).toMatch(/^readFile:fail no such file/);
});

test('dialogs are dialogs, and answer', async () => {
  phone = await launch({ root: FIXTURE });
  const modal = wx('showModal', { title: '删除？', content: '不能恢复', confirmText: '删除' });
  await phone.settle();
  await phone.tap('删除');
  expect(plain(await modal)).toEqual({ confirm: true, cancel: false, errMsg: 'showModal:ok' });
  const sheet = wx('showActionSheet', { itemList: ['一', '二'] });
  await phone.settle();
  await phone.tap('二');
  expect(plain(await sheet)).toMatchObject({ tapIndex: 1 });
  const cancelled = expect(wx('showActionSheet', { itemList: ['一'] })).rejects.toMatchObject({
    errMsg: 'showActionSheet:fail cancel',
  });
  await phone.settle();
  await phone.tap('取消');
  await cancelled;
  await wx('showLoading', { title: '识别中' });
  expect(phone.window.document.querySelector('[role="status"]').textContent).toBe('识别中');
  await wx('hideLoading');
  expect(phone.window.document.querySelector('[role="status"]')).toBeNull();
  await expect(wx('showModal', { title: 'x', confirmText: '一二三四五' })).rejects.toMatchObject({
    errMsg: expect.stringContaining('confirmText'),
  });
});

test('the theme changes styles, bar and listeners', async () => {
  phone = await launch({ root: FIXTURE, theme: 'light' });
  const told = [];
  wx('onThemeChange', ({ theme }) => told.push(theme));
  const bar = phone.window.document.querySelector('.phone-bar');
  expect(bar.style.background).toMatch(/#ffffff|255, 255, 255/);
  phone.simulator.theme('dark');
  expect(told).toEqual(['dark']);
  expect(wx('getAppBaseInfo').theme).toBe('dark');
  expect(bar.style.background).toMatch(/#191919|25, 25, 25/);
  expect(
    [...phone.window.document.querySelectorAll('style')].map((style) => style.textContent).join(),
  ).toContain('@media (min-width: 0px)');
});

test('the phone tells what it is', async () => {
  phone = await launch({ root: FIXTURE, envVersion: 'release', query: 'a=1' });
  expect(wx('getAccountInfoSync').miniProgram.envVersion).toBe('release');
  expect(plain(wx('getLaunchOptionsSync'))).toMatchObject({ path: 'pages/home/home', query: { a: '1' } });
  expect(plain(wx('getWindowInfo'))).toMatchObject({
    windowWidth: 375,
    windowHeight: 748,
    statusBarHeight: 20,
  });
  await wx('setNavigationBarTitle', { title: '新' });
  expect(phone.window.document.querySelector('h1').textContent).toBe('新');
});

test('a picture is shown, measured and reported', async () => {
  phone = await launch({ root: FIXTURE });
  await expect
    .poll(() => plain(phone.page.events))
    .toMatchObject([{ type: 'load', detail: { width: 8, height: 8 } }]);
  expect(plain(await wx('getImageInfo', { src: '/images/dot.png' }))).toMatchObject({
    width: 8,
    height: 8,
    type: 'png',
  });
  await expect(wx('getImageInfo', { src: '/images/none.png' })).rejects.toMatchObject({
    errMsg: 'getImageInfo:fail file not found',
  });
  await wx('previewImage', { urls: ['/images/dot.png'] });
  await phone.tap('关闭');
  expect(phone.window.document.querySelector('[role="dialog"]')).toBeNull();
});

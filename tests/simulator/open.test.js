import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { launch } from './jsdom.js';
import { FIXTURE, variant } from './variant.js';

/** @type {import('./jsdom.js').Launched} */
let phone;
afterEach(() => phone.close());
const wx = (name, ...args) => phone.simulator.call(name, ...args);
const plain = (value) => JSON.parse(JSON.stringify(value));
const sharing = (handlers) =>
  variant({
    'pages/home/home.wxml': '<button id="give" class="give" open-type="share" data-n="{{5}}">给</button>',
    'pages/home/home.js': `Page({ ${handlers} })`,
  });

test('login gives a new code each time, the one that is wanted, or fails', async () => {
  phone = await launch({ root: FIXTURE });
  const first = await wx('login');
  expect((await wx('login')).code).not.toBe(first.code);
  phone.simulator.login('the-code');
  expect(plain(await wx('login'))).toEqual({ code: 'the-code', errMsg: 'login:ok' });
  phone.simulator.fail('login', 'timeout');
  await expect(wx('login')).rejects.toMatchObject({ errMsg: 'login:fail timeout' });
});

test('scanCode sees what is held before it, or asks', async () => {
  phone = await launch({ root: FIXTURE });
  phone.simulator.scan('http://127.0.0.1/猫');
  phone.simulator.scan(null);
  const { result, scanType, rawData } = await wx('scanCode', { scanType: ['qrCode'] });
  expect([result, scanType]).toEqual(['http://127.0.0.1/猫', 'QR_CODE']);
  expect(Buffer.from(rawData, 'base64').toString()).toBe('http://127.0.0.1/猫');
  await expect(wx('scanCode')).rejects.toMatchObject({ errMsg: 'scanCode:fail cancel' });
  const asked = wx('scanCode');
  await phone.settle();
  phone.window.document.querySelector('[role="dialog"] input').value = 'typed';
  await phone.tap('确定');
  expect((await asked).result).toBe('typed');
});

test('a modal can ask for a text', async () => {
  phone = await launch({ root: FIXTURE });
  const modal = wx('showModal', { title: '名字', editable: true, placeholderText: '请输入', content: '猫' });
  await phone.settle();
  const field = phone.window.document.querySelector('[role="dialog"] input');
  expect([field.value, field.placeholder]).toEqual(['猫', '请输入']);
  field.value = '狗';
  await phone.tap('确定');
  expect(plain(await modal)).toMatchObject({ confirm: true, content: '狗' });
});

test("a card has the page's words, by menu and by button", async () => {
  const root = sharing(`
    onShareAppMessage({ from, target }) {
      return { title: from + (target ? target.id + target.dataset.n : ''), path: '/pages/detail/detail?id=1', imageUrl: '/images/dot.png' };
    },
    onShareTimeline() { return { query: 'id=1' } },`);
  phone = await launch({ root, query: 'a=1&b=%E7%8C%AB' });
  expect(await phone.share()).toEqual({
    title: 'menu',
    path: '/pages/detail/detail?id=1',
    imageUrl: '/images/dot.png',
  });
  await phone.tap('.give');
  expect(phone.simulator.shared[1].title).toBe('buttongive5');
  expect(plain(await phone.shareTimeline())).toEqual({ title: '夹具', query: 'id=1' });
  await wx('hideShareMenu', { menus: ['shareAppMessage', 'shareTimeline'] });
  await expect(phone.share()).rejects.toThrow('hides shareAppMessage');
  await wx('showShareMenu', { menus: ['shareAppMessage'] });
  expect((await phone.share()).title).toBe('menu');
  await expect(phone.shareTimeline()).rejects.toThrow('hides shareTimeline');
  expect(phone.errors).toEqual([]);
});

test('what a card lacks is what a phone takes', async () => {
  phone = await launch({
    root: sharing('onShareAppMessage() {}, onShareTimeline() {}'),
    query: 'a=1&b=%E7%8C%AB',
  });
  expect(plain(await phone.share())).toEqual({ title: '夹具', path: '/pages/home/home?a=1&b=%E7%8C%AB' });
  expect(plain(await phone.shareTimeline())).toEqual({ title: '夹具', query: 'a=1&b=%E7%8C%AB' });
});

test('a promise may bring the card later', async () => {
  phone = await launch({
    root: sharing(
      `onShareAppMessage() { return { title: 'now', promise: Promise.resolve({ title: 'later' }) } }`,
    ),
  });
  expect((await phone.share()).title).toBe('later');
});

test.each([
  ['', 'has no onShareAppMessage'],
  ['async onShareAppMessage() { return {} }', 'must return an object'],
  ["onShareAppMessage() { return { url: '/a' } }", 'a phone knows no "url"'],
  ["onShareAppMessage() { return { path: 'pages/home/home' } }", 'path must be /'],
  ["onShareAppMessage() { return { path: '/pages/none/none' } }", 'a page of app.json'],
  ["onShareAppMessage() { return { imageUrl: 'http://example.com/a.png' } }", 'imageUrl'],
  ["onShareAppMessage() { return { imageUrl: 'wxfile://tmp_gone.png' } }", 'imageUrl'],
  ['onShareAppMessage() { return { title: 5 } }', 'is no text'],
  ["onShareAppMessage() { throw new Error('broken') }", 'broken'],
])('a card of {%s} is refused', async (handlers, message) => {
  phone = await launch({ root: sharing(handlers) });
  await expect(phone.share()).rejects.toThrow(message);
});

test.each([
  ['onShareTimeline() {}', 'has no onShareAppMessage'],
  ["onShareAppMessage() {}, onShareTimeline() { return { path: '/a' } }", 'knows no "path"'],
  ["onShareAppMessage() {}, onShareTimeline() { return { query: '?a=1' } }", 'behind the "?"'],
])('a timeline card of {%s} is refused', async (handlers, message) => {
  phone = await launch({ root: sharing(handlers) });
  await expect(phone.shareTimeline()).rejects.toThrow(message);
});

test('the phone tells its kind of network, language, text size and how it was opened', async () => {
  phone = await launch({ root: FIXTURE, language: 'en', fontSize: 20.4, scene: 1007, envVersion: 'release' });
  const told = [];
  wx('onNetworkStatusChange', (detail) => told.push(detail));
  wx('onNetworkWeakChange', (detail) => told.push(detail));
  phone.simulator.network('4g');
  expect((await wx('getNetworkType')).networkType).toBe('4g');
  phone.simulator.network('weak');
  expect(plain(told)).toEqual([
    { isConnected: true, networkType: '4g' },
    { isConnected: true, networkType: 'wifi' },
    { weakNet: true, networkType: 'wifi' },
  ]);
  expect(() => phone.simulator.network('6g')).toThrow('no network "6g"');
  expect(wx('getAppBaseInfo')).toMatchObject({
    language: 'en',
    fontSizeSetting: 20.4,
    fontSizeScaleFactor: expect.closeTo(1.2, 5),
    theme: 'light',
  });
  expect(wx('getAccountInfoSync').miniProgram.version).toBe('1.0.0');
  expect(wx('getLaunchOptionsSync').scene).toBe(1007);
  expect(wx('getSystemSetting').wifiEnabled).toBe(true);
  expect((await wx('vibrateShort', { type: 'light' })).errMsg).toBe('vibrateShort:ok');
  await expect(wx('vibrateShort')).rejects.toMatchObject({
    errMsg: 'vibrateShort:fail style is not support',
  });
});

test('coming and going is told until nobody listens', async () => {
  phone = await launch({ root: FIXTURE });
  const told = [];
  const hidden = () => told.push('hide');
  wx('onAppHide', hidden);
  wx('onAppShow', () => told.push('show'));
  phone.simulator.hide();
  phone.simulator.show();
  wx('offAppHide', hidden);
  phone.simulator.hide();
  phone.simulator.show();
  expect(told).toEqual(['hide', 'show', 'show']);
});

test('the camera zooms within its limits', async () => {
  phone = await launch({
    root: FIXTURE,
    page: 'pages/detail/detail',
    privacy: 'agreed',
    scopes: { 'scope.camera': true },
  });
  await expect(wx('createCameraContext').setZoom({ zoom: 2 })).rejects.toMatchObject({
    errMsg: 'setZoom:fail camera is not running',
  });
  await phone.tap('.open');
  expect(plain(phone.page.data.events)).toEqual([{ type: 'initdone', detail: { maxZoom: 4 } }]);
  const camera = wx('createCameraContext');
  expect((await camera.setZoom({ zoom: 2 })).zoom).toBe(2);
  expect((await camera.setZoom({ zoom: 9 })).zoom).toBe(4);
});

test('frames of the camera come as RGBA from start to stop, while it runs and has a frame-size', async () => {
  phone = await launch({ root: FIXTURE, page: 'pages/detail/detail', privacy: 'agreed', scopes: { 'scope.camera': true } });
  phone.simulator.camera(new phone.window.Uint8Array([1]));
  const frames = [];
  const listener = wx('createCameraContext').onCameraFrame((frame) => void frames.push(frame));
  await expect(listener.start()).rejects.toMatchObject({ errMsg: 'startCameraFrame:fail camera is not running' });
  phone.page.setData({ frameSize: '' });
  await phone.tap('.open');
  await expect(listener.start()).rejects.toMatchObject({ errMsg: 'startCameraFrame:fail frame-size of <camera> is not set' });
  phone.page.setData({ frameSize: 'small' });
  await listener.start();
  await expect.poll(() => frames.length).toBeGreaterThan(1);
  expect(frames[0]).toMatchObject({ width: 288, height: 352 });
  expect(frames[0].data).toBeInstanceOf(phone.window.eval('ArrayBuffer'));
  expect(frames[0].data.byteLength).toBe(4 * 288 * 352);
  await listener.stop();
  let others = 0;
  const other = wx('createCameraContext').onCameraFrame(() => void (others += 1));
  const seen = frames.length;
  await other.start();
  await expect.poll(() => others).toBeGreaterThan(1);
  expect(frames).toHaveLength(seen);
  // Without its camera a listener hears no more, also of the next camera.
  await phone.tap('.open');
  await phone.tap('.open');
  const heard = others;
  await listener.start();
  await expect.poll(() => frames.length).toBeGreaterThan(seen);
  expect(others).toBe(heard);
});

test('a picture is sent on by the menu for pictures, if it is a file', async () => {
  phone = await launch({ root: FIXTURE });
  const path = `${phone.simulator.env.USER_DATA_PATH}/a.jpg`;
  wx('getFileSystemManager').writeFileSync(path, 'a');
  await wx('showShareImageMenu', { path });
  expect(plain(phone.simulator.sharedPictures)).toEqual([path]);
  await expect(wx('showShareImageMenu', { path: `${path}.png` })).rejects.toMatchObject({ errMsg: 'showShareImageMenu:fail file not exist' });
  await expect(wx('showShareImageMenu')).rejects.toMatchObject({ errMsg: /parameter\.path should be String/ });
  expect(wx('canIUse', 'showShareImageMenu')).toBe(true);
});

describe('files of a chat', () => {
  const MATERIALS = [
    { materialType: 'image/*', name: '用${nickname}打开', desc: '看图', path: 'pages/detail/detail' },
    { materialType: 'image/png', name: '用${nickname}打开', desc: '看图', path: 'pages/home/home' },
  ];
  const app = JSON.parse(readFileSync(join(FIXTURE, 'app.json'), 'utf8'));
  const root = variant({
    'app.json': JSON.stringify({ ...app, supportedMaterials: MATERIALS }),
    'app.js': 'App({ seen: [], onLaunch(o) { this.seen.push(o); }, onShow(o) { this.seen.push(o); } })',
  });
  const CAT = { name: 'cat.jpg', type: 'image/jpeg', bytes: new Uint8Array([1, 2, 3]) };
  const seen = () => plain(phone.simulator.app().seen);

  test('start the app on the page for their type', async () => {
    phone = await launch({ root, forwarded: [CAT] });
    expect(phone.simulator.pages()).toEqual(['pages/detail/detail']);
    const [{ path, ...material }] = seen()[0].forwardMaterials;
    expect(material).toEqual({ type: 'image/jpeg', name: 'cat.jpg', size: 3 });
    expect(wx('getFileSystemManager').readFileSync(path).byteLength).toBe(3);
    expect(seen()[0]).toMatchObject({ scene: 1173, path: 'pages/detail/detail' });
    expect(seen()[1]).toEqual(seen()[0]);
  });

  test('come to a running app, whose onShow has them again each time it comes back', async () => {
    phone = await launch({ root });
    expect(seen()[1].forwardMaterials).toBeUndefined();
    phone.simulator.forward([{ ...CAT, type: 'image/png' }]);
    expect(phone.simulator.pages()).toEqual(['pages/home/home']);
    phone.simulator.forward([CAT]);
    expect(phone.simulator.pages()).toEqual(['pages/detail/detail']);
    phone.simulator.hide();
    phone.simulator.show();
    expect(seen().map(({ scene }) => scene)).toEqual([1001, 1001, 1173, 1173, 1173]);
    expect(seen()[4]).toEqual(seen()[3]);
    expect(wx('getLaunchOptionsSync').scene).toBe(1001);
    expect(wx('getEnterOptionsSync').scene).toBe(1173);
  });

  test('of a type that is not declared are not offered', async () => {
    phone = await launch({ root });
    expect(() => phone.simulator.forward([{ ...CAT, type: 'video/mp4' }])).toThrow('does not declare video/mp4');
  });
});

import { afterEach, describe, expect, test } from 'vitest';
import { launch } from './jsdom.js';
import { FIXTURE, variant } from './variant.js';

/** @type {import('./jsdom.js').Launched} */
let phone;
afterEach(() => phone.close());

const wx = (name, ...args) => phone.simulator.call(name, ...args);
const plain = (value) => JSON.parse(JSON.stringify(value));
const ended = (promise) =>
  promise.then(
    (result) => plain(result),
    (result) => plain(result),
  );

describe("an item that the console's privacy guide lacks", () => {
  test.each([
    ['setClipboardData', { data: 'x' }],
    ['saveImageToPhotosAlbum', { filePath: '/images/dot.png' }],
    ['chooseMedia', { mediaType: ['image'] }],
  ])('makes %s fail with errno 112, and nobody is asked', async (name, options) => {
    phone = await launch({ root: FIXTURE, privacy: 'ask', undeclared: [name] });
    expect(await ended(wx(name, options))).toEqual({
      errMsg: `${name}:fail api scope is not declared in the privacy agreement`,
      errno: 112,
    });
    expect(phone.window.document.querySelector('[role="dialog"]')).toBeNull();
  });

  test('makes a camera fail, whatever was agreed to', async () => {
    phone = await launch({
      root: FIXTURE,
      page: 'pages/detail/detail',
      privacy: 'agreed',
      scopes: { 'scope.camera': true },
    });
    phone.simulator.undeclare('camera');
    await phone.tap('.open');
    expect(plain(phone.page.data.events)).toEqual([
      { type: 'error', detail: { errMsg: expect.stringContaining('not declared'), errno: 112 } },
    ]);
  });
});

describe('an older base library', () => {
  test('lacks what came later, and asks for no consent', async () => {
    phone = await launch({ root: FIXTURE, sdkVersion: '2.32.2', privacy: 'ask', undeclared: ['setClipboardData'] });
    expect(() => wx('getPrivacySetting')).toThrow(/is not a function/);
    expect(wx('canIUse', 'getPrivacySetting')).toBe(false);
    expect(wx('getAppBaseInfo').SDKVersion).toBe('2.32.2');
    expect(await ended(wx('setClipboardData', { data: 'x' }))).toEqual({ errMsg: 'setClipboardData:ok' });
  });

  test('has what it brought itself', async () => {
    phone = await launch({ root: FIXTURE, sdkVersion: '2.32.3' });
    expect(plain(await wx('getPrivacySetting')).needAuthorization).toBe(true);
  });
});

describe('the single-page mode of Moments', () => {
  const MOMENTS = { root: FIXTURE, scene: 1154 };

  test.each(['navigateTo', 'navigateBack', 'setNavigationBarTitle', 'login', 'chooseMedia', 'setClipboardData'])(
    'has no wx.%s',
    async (name) => {
      phone = await launch(MOMENTS);
      expect((await ended(wx(name, { url: '/pages/detail/detail' }))).errMsg).toMatch(/single page mode/);
      expect(phone.errors.map(String)).toEqual([expect.stringContaining(`wx.${name} is switched off`)]);
    },
  );

  test('has no camera and no button that opens something', async () => {
    phone = await launch({ ...MOMENTS, page: 'pages/detail/detail', privacy: 'agreed' });
    await phone.tap('.open');
    expect(phone.errors.map(String)).toEqual([expect.stringContaining('<camera> is switched off')]);
    await phone.close();
    phone = await launch({
      scene: 1154,
      root: variant({ 'pages/home/home.wxml': '<button open-type="share" />', 'pages/home/home.js': 'Page({})' }),
    });
    expect(phone.errors.map(String)).toEqual([expect.stringContaining('open-type="share"')]);
  });

  test('has a storage of its own', async () => {
    phone = await launch({ ...MOMENTS, storage: { key: 1 } });
    expect(wx('getStorageSync', 'key')).toBe('');
    wx('setStorageSync', 'key', 2);
    expect(phone.kept().storage).toEqual({ key: 2 });
    expect(phone.window.localStorage.getItem('simulator:key')).toBe('{"data":1}');
  });
});

describe('the back key', () => {
  const SHEET = variant({
    'pages/home/home.wxml':
      '<page-container wx:if="{{there}}" show="{{open}}" overlay="{{false}}" bindbeforeleave="note" bindafterleave="note"><text>单</text></page-container>',
    'pages/home/home.js': `Page({
      data: { there: true, open: true, events: [] },
      note({ type }) { this.setData({ events: [...this.data.events, type] }) },
    })`,
  });

  test('closes a page-container, not the page', async () => {
    phone = await launch({ root: SHEET, page: 'pages/detail/detail' });
    wx('navigateTo', { url: '/pages/home/home' });
    await phone.settle();
    phone.simulator.back();
    await phone.settle();
    expect(phone.simulator.pages()).toEqual(['pages/detail/detail', 'pages/home/home']);
    expect(plain(phone.page.data.events)).toEqual(['beforeleave', 'afterleave']);
    phone.simulator.back();
    expect(phone.simulator.pages()).toEqual(['pages/detail/detail']);
  });

  test('does so on the first page too, and then leaves WeChat', async () => {
    phone = await launch({ root: SHEET });
    phone.simulator.back();
    await phone.settle();
    expect(phone.page.data.events).toHaveLength(2);
    let left = false;
    wx('onAppHide', () => (left = true));
    phone.simulator.back();
    expect(left).toBe(true);
  });

  test('passes a page-container that is hidden or gone', async () => {
    phone = await launch({ root: SHEET, page: 'pages/detail/detail' });
    for (const change of [{ open: false }, { there: false }]) {
      wx('navigateTo', { url: '/pages/home/home' });
      await phone.settle();
      phone.page.setData(change);
      phone.simulator.back();
      expect(phone.simulator.pages()).toEqual(['pages/detail/detail']);
    }
  });

  test('finds one page-container at most', async () => {
    phone = await launch({
      root: variant({ 'pages/home/home.wxml': '<page-container show /><page-container show />', 'pages/home/home.js': 'Page({})' }),
    });
    expect(phone.errors.map(String)).toEqual([expect.stringContaining('one <page-container> at most')]);
  });
});

test('two fingers are two touches', async () => {
  phone = await launch({
    root: variant({
      'pages/home/home.wxml': '<view class="pad" bindtouchstart="note" bindtouchmove="note" bindtouchend="note" />',
      'pages/home/home.js': 'Page({ data: { counts: [] }, note({ touches }) { this.setData({ counts: [...this.data.counts, touches.length] }) } })',
    }),
  });
  const touch = (type, pointerId) =>
    phone.find('.pad').dispatchEvent(new phone.window.PointerEvent(type, { pointerId, bubbles: true }));
  touch('pointerdown', 1);
  touch('pointerdown', 2);
  touch('pointermove', 2);
  touch('pointerup', 1);
  touch('pointermove', 2);
  touch('pointerup', 2);
  touch('pointermove', 2);
  expect(plain(phone.page.data.counts)).toEqual([1, 2, 2, 1, 1, 0]);
});

test('a new version is applied when the app wants it, and logs are written down', async () => {
  phone = await launch({ root: FIXTURE });
  const updates = wx('getUpdateManager');
  updates.onUpdateReady(() => updates.applyUpdate());
  expect(phone.simulator.updated()).toBe(false);
  phone.simulator.updateReady();
  expect(phone.simulator.updated()).toBe(true);
  wx('getRealtimeLogManager').error('a', 1);
  expect(plain(phone.simulator.logged)).toEqual([['error', 'a', 1]]);
});

import { afterEach, expect, test } from 'vitest';
import { launch } from './jsdom.js';
import { FIXTURE, variant } from './variant.js';

/** @type {import('./jsdom.js').Launched} */
let phone;
afterEach(() => phone.close());

const plain = (value) => JSON.parse(JSON.stringify(value));
const LIFE = `
  const life = (name) => function (detail) { getApp().log.push(this.route + ' ' + name + (name === 'load' ? JSON.stringify(detail) : '')) };
  const lives = { onLoad: life('load'), onShow: life('show'), onReady: life('ready'), onHide: life('hide'), onUnload: life('unload') };
`;
const page = (more = '') => `${LIFE} Page({ ...lives, ${more} log() { return getApp().log } })`;
const tabs = (extra = {}) =>
  variant({
    'app.json': JSON.stringify({
      pages: ['a/a', 'b/b', 'c/c'],
      window: { navigationBarTitleText: 'T' },
      tabBar: {
        list: [
          { pagePath: 'a/a', text: 'A' },
          { pagePath: 'b/b', text: 'B' },
        ],
      },
    }),
    'app.js': 'App({ log: [] })',
    ...Object.fromEntries(
      ['a', 'b', 'c'].flatMap((name) => [
        [`${name}/${name}.wxml`, `<view>${name}</view>`],
        [`${name}/${name}.js`, page()],
      ]),
    ),
    ...extra,
  });

test('app and page start in order, with the query as it came', async () => {
  phone = await launch({ root: FIXTURE, query: { a: '1 2', b: '' } });
  expect(plain(phone.page.lives)).toEqual(['load {"a":"1%202","b":""}', 'show', 'ready']);
  expect(plain(phone.page.options)).toEqual({ a: '1%202', b: '' });
  expect(phone.page.route).toBe('pages/home/home');
});

test('going to a page and back', async () => {
  phone = await launch({ root: FIXTURE });
  const home = phone.page;
  await phone.tap('.go');
  expect(phone.simulator.pages()).toEqual(['pages/home/home', 'pages/detail/detail']);
  expect(phone.text('.id')).toBe('7');
  expect(phone.window.document.title).toBe('详情');
  expect(home.lives.at(-1)).toBe('hide');
  await phone.tap('返回');
  expect(phone.simulator.pages()).toEqual(['pages/home/home']);
  expect(home.lives.at(-1)).toBe('show');
  expect(phone.window.document.querySelectorAll('.phone-page')).toHaveLength(1);
});

test('a component lives with its page', async () => {
  phone = await launch({ root: FIXTURE });
  const badge = phone.page.selectComponent('.outer');
  expect(plain(badge.data.lives)).toEqual(['attached', 'show', 'ready']);
  phone.simulator.hide();
  phone.simulator.show();
  expect(plain(badge.data.lives).slice(3)).toEqual(['hide', 'show']);
});

test('leaving WeChat and coming back tells page, app and listeners', async () => {
  const root = variant({
    'app.js':
      'App({ log: [], onHide() { this.log.push("hide") }, onShow() { this.log.push("show") } }); wx.onAppHide(() => getApp().log.push("listener"))',
    'pages/home/home.js': 'Page({ log() { return getApp().log } })',
    'pages/home/home.wxml': '<view />',
  });
  phone = await launch({ root });
  phone.simulator.hide();
  phone.simulator.show();
  expect(plain(phone.page.log())).toEqual(['show', 'hide', 'listener', 'show']);
});

test('the host page going out of sight is leaving', async () => {
  phone = await launch({ root: FIXTURE });
  const { document } = phone.window;
  Object.defineProperty(document, 'hidden', { value: true, configurable: true });
  document.dispatchEvent(new phone.window.Event('visibilitychange'));
  expect(phone.page.lives.at(-1)).toBe('hide');
});

test('redirectTo, reLaunch and switchTab keep the order of a phone', async () => {
  phone = await launch({ root: tabs(), page: 'a/a', query: 'x=1' });
  const log = phone.page.log();
  await go(phone, 'navigateTo', { url: '/c/c?y=2' });
  await go(phone, 'redirectTo', { url: '../c/c' });
  await go(phone, 'switchTab', { url: '/b/b' });
  await go(phone, 'switchTab', { url: '/a/a' });
  await go(phone, 'reLaunch', { url: '/c/c' });
  expect(plain(log)).toEqual([
    'a/a load{"x":"1"}',
    'a/a show',
    'a/a ready',
    'a/a hide',
    'c/c load{"y":"2"}',
    'c/c show',
    'c/c ready',
    'c/c unload',
    'c/c load{}',
    'c/c show',
    'c/c ready',
    'c/c unload',
    'a/a hide',
    'b/b load{}',
    'b/b show',
    'b/b ready',
    'b/b hide',
    'a/a show',
    'a/a unload',
    'b/b unload',
    'c/c load{}',
    'c/c show',
    'c/c ready',
  ]);
});

test.each([
  ['navigateTo', { url: '/none/none' }, 'navigateTo:fail page "none/none" is not found'],
  ['navigateTo', { url: '/b/b' }, 'navigateTo:fail can not navigateTo a tabbar page'],
  ['switchTab', { url: '/c/c' }, 'switchTab:fail can not switch to no-tabBar page'],
  ['navigateBack', {}, 'navigateBack:fail cannot navigate back at first page'],
])('%s fails as on a phone', async (name, options, errMsg) => {
  phone = await launch({ root: tabs() });
  expect(await go(phone, name, options)).toMatchObject({ errMsg });
});

test('the tab bar switches', async () => {
  phone = await launch({ root: tabs() });
  await phone.tap('B');
  expect(phone.page.route).toBe('b/b');
  expect(phone.window.document.querySelector('.phone-tabs [aria-current]').textContent).toBe('B');
});

test('pages talk through their event channel', async () => {
  const root = tabs({
    'a/a.js':
      'Page({ data: { heard: "" }, go() { wx.navigateTo({ url: "/c/c", events: { hi: (text) => this.setData({ heard: text }) } }) } })',
    'c/c.js': 'Page({ onLoad() { this.getOpenerEventChannel().emit("hi", "there") } })',
  });
  phone = await launch({ root });
  const first = phone.page;
  first.go();
  await phone.settle();
  expect(first.data.heard).toBe('there');
});

test('a page can be a Component()', async () => {
  const root = variant({
    'pages/home/home.wxml': '<view class="a">{{seen}}</view>',
    'pages/home/home.js':
      'Component({ data: { seen: "" }, methods: { onLoad({ q }) { this.setData({ seen: q }) } } })',
  });
  phone = await launch({ root, query: 'q=5' });
  expect(phone.text('.a')).toBe('5');
});

/** Calls wx as the page's own script would. */
function go(launched, name, options) {
  return new Promise((resolve) => {
    launched.simulator.call(name, {
      ...options,
      complete: (result) => launched.settle().then(() => resolve(result)),
    });
  });
}

import { afterEach, expect, test } from 'vitest';
import { launch } from './jsdom.js';
import { variant } from './variant.js';

/** @type {import('./jsdom.js').Launched} */
let phone;
afterEach(async () => {
  await phone.close();
});
const plain = (value) => JSON.parse(JSON.stringify(value));
const page = (
  wxml,
  js = 'note({ type, detail }) { this.events.push({ type, ...detail }); this.setData({ heard: this.data.heard + 1 }) }, events: []',
) =>
  variant({
    'pages/home/home.wxml': wxml,
    'pages/home/home.js': `Page({ data: { size: '', at: 0, heard: 0 }, ${js} })`,
  });
const checked = (selector) => phone.findAll(selector).map((each) => each.getAttribute('aria-checked'));

test('one radio of a group is on', async () => {
  phone = await launch({
    root: page(`<radio-group bindchange="note">
      <label class="first"><radio value="a" checked />A</label>
      <label class="second"><radio value="b" />B</label>
      <radio class="off" value="c" disabled />
    </radio-group>`),
  });
  await phone.tap('.second');
  expect(checked('radio')).toEqual(['false', 'true', 'false']);
  await phone.tap('.second');
  await phone.tap('.off');
  expect(plain(phone.page.events)).toEqual([{ type: 'change', value: 'b' }]);
  expect(phone.find('radio-group').getAttribute('role')).toBe('radiogroup');
  expect(phone.errors).toEqual([]);
});

test('checkboxes tell all that are on', async () => {
  phone = await launch({
    root: page(`<checkbox-group bindchange="note">
      <checkbox class="a" value="a" checked />
      <checkbox class="b" value="b" />
    </checkbox-group>`),
  });
  await phone.tap('.b');
  await phone.tap('.a');
  expect(plain(phone.page.events)).toEqual([
    { type: 'change', value: ['a', 'b'] },
    { type: 'change', value: ['b'] },
  ]);
  expect(checked('checkbox')).toEqual(['false', 'true']);
  expect(phone.errors).toEqual([]);
});

test('a swiper turns where it is told to', async () => {
  phone = await launch({
    root: page(`<swiper current="{{at}}" indicator-dots bindchange="note">
      <swiper-item item-id="x">X</swiper-item><swiper-item item-id="y">Y</swiper-item>
    </swiper>`),
  });
  phone.page.setData({ at: 1 });
  await phone.settle();
  expect(plain(phone.page.events)).toEqual([{ type: 'change', current: 1, currentItemId: 'y', source: '' }]);
  expect(phone.window.document.querySelectorAll('wx-swiper > div > i')).toHaveLength(2);
  expect(phone.text('swiper')).toContain('X');
  expect(phone.errors).toEqual([]);
});

test("page-meta sets the page's style and what 1rem is, while the page shows", async () => {
  const root = page('<page-meta root-font-size="{{size}}" page-style="overflow: hidden" /><view>a</view>');
  phone = await launch({ root, fontSize: 21 });
  const html = phone.window.document.documentElement;
  expect(phone.window.document.querySelector('.phone-page > *').style.overflow).toBe('hidden');
  expect(html.style.fontSize).toBe('');
  phone.page.setData({ size: '20px' });
  expect(html.style.fontSize).toBe('20px');
  phone.page.setData({ size: 'system' });
  expect(html.style.fontSize).toBe('21px');
  phone.simulator.call('navigateTo', { url: '/pages/detail/detail' });
  await phone.settle();
  expect(html.style.fontSize).toBe('');
  phone.simulator.call('navigateBack');
  await phone.settle();
  expect(html.style.fontSize).toBe('21px');
  expect(phone.errors).toEqual([]);
  await phone.close();
  phone = await launch({ root: page('<view>a</view><page-meta page-style="color: red" />') });
  expect(phone.errors.join()).toContain('first node');
});

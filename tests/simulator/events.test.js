import { afterEach, beforeEach, expect, test } from 'vitest';
import { launch } from './jsdom.js';
import { FIXTURE, variant } from './variant.js';

/** @type {import('./jsdom.js').Launched} */
let phone;
beforeEach(async () => {
  phone = await launch({ root: FIXTURE });
  phone.page.events.length = 0;
});
afterEach(async () => {
  expect(phone.errors).toEqual([]);
  await phone.close();
});

test('a tap carries dataset, marks and both targets, and bubbles', async () => {
  await phone.tap('.add');
  const [inner, outer] = phone.page.events;
  expect(inner).toMatchObject({
    type: 'tap',
    mark: { kind: 'plus', part: 'row' },
    currentTarget: { dataset: { step: 2 } },
  });
  expect(outer).toMatchObject({
    type: 'tap',
    target: { dataset: { step: 2 } },
    currentTarget: { dataset: { rowId: '7' } },
  });
  expect(phone.page.data.count).toBe(2);
});

test('catch stops an event', async () => {
  await phone.tap('.stop');
  expect(phone.page.events).toEqual(['stop']);
});

test('a disabled button is deaf, and so is what is around it', async () => {
  await phone.tap('.off');
  expect(phone.page.events).toEqual([]);
});

test('a component sends its own event with detail', async () => {
  await phone.tap('.label');
  expect(phone.page.events).toMatchObject([
    { type: 'press', detail: { label: 0 }, currentTarget: { dataset: {} } },
  ]);
});

test('an input reports, and model: follows', async () => {
  const field = phone.find('.name').querySelector('input');
  field.value = 'Bea';
  field.dispatchEvent(new phone.window.Event('input', { bubbles: true }));
  field.dispatchEvent(new phone.window.KeyboardEvent('keydown', { key: 'Enter' }));
  await phone.settle();
  expect(phone.page.events).toMatchObject([
    { type: 'input', detail: { value: 'Bea' } },
    { type: 'confirm', detail: { value: 'Bea' } },
  ]);
  expect(phone.page.data.name).toBe('Bea');
  expect(phone.text('.line')).toBe('~ Bea ~');
});

test('a switch changes, and wx:if follows', async () => {
  expect(phone.find('.lit')).toBeNull();
  await phone.tap('.flip');
  expect(phone.find('.lit').getAttribute('aria-live')).toBe('polite');
  expect(phone.find('.flip').getAttribute('aria-checked')).toBe('true');
});

test('the keyboard taps a button', async () => {
  phone
    .find('.add')
    .dispatchEvent(new phone.window.KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
  await phone.settle();
  expect(phone.page.data.count).toBe(2);
});

test('a long press is no tap where it is handled', async () => {
  const root = variant({
    'pages/home/home.wxml': '<view class="a" bindlongpress="onLong" bindtap="onTap">x</view>',
    'pages/home/home.js':
      'Page({ data: { log: [] }, onLong() { this.setData({ log: [...this.data.log, "long"] }) }, onTap() { this.setData({ log: [...this.data.log, "tap"] }) } })',
  });
  const other = await launch({ root });
  const element = other.find('.a');
  element.dispatchEvent(new other.window.MouseEvent('pointerdown', { bubbles: true }));
  await new Promise((resolve) => setTimeout(resolve, 450));
  element.dispatchEvent(new other.window.MouseEvent('pointerup', { bubbles: true }));
  await other.tap(element);
  await other.tap(element);
  expect([...other.page.data.log]).toEqual(['long', 'tap']);
  await other.close();
});

test('a handler that is not there is an error before any event', async () => {
  const other = await launch({
    root: variant({ 'pages/home/home.wxml': '<view bindtap="onNothing">x</view>' }),
  });
  expect(other.errors.map(String)).toEqual([
    expect.stringContaining('pages/home/home.wxml: no method "onNothing"'),
  ]);
  await other.close();
});

test('a property that a component does not have is an error', async () => {
  const other = await launch({ root: variant({ 'pages/home/home.wxml': '<badge lable="{{1}}" />' }) });
  expect(other.errors.map(String)).toEqual([expect.stringMatching(/"lable" is not a valid property/)]);
  await other.close();
});

test('an error in a handler reaches the app and the list', async () => {
  const root = variant({
    'app.js': 'App({ seen: [], onError(message) { this.seen.push(message) } })',
    'pages/home/home.wxml': '<view class="a" bindtap="onTap">x</view>',
    'pages/home/home.js': 'Page({ onTap() { throw new Error("broken") }, seen() { return getApp().seen } })',
  });
  const other = await launch({ root });
  await other.tap('.a');
  expect(other.errors.map(String)).toEqual(['Error: broken']);
  expect(other.errors[0].stack).toContain('pages/home/home.js:1');
  expect(other.page.seen()[0]).toContain('broken');
  await other.close();
});

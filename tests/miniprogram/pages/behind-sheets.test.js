// While a sheet is open, a screen reader must not wander onto the page behind it.
import { describe, expect, it } from 'vitest';
import { example } from '../sources.js';
import { problem } from '../server.js';
import { aroundEachTest, open, phone, server } from './around.js';
import { past } from './past.js';
import { TEACHABLE, TEACHING } from './teaching-phone.js';

aroundEachTest({ ...TEACHING, answers: { ...TEACHING.answers, 'GET /classes/n02504013': { body: example('class-card') } } });

/** @returns {boolean[]} whether the page is hidden, and whether any of the sheet is */
const hidden = () => [phone.find('.behind'), sheet()].map((part) => part?.closest('[aria-hidden="true"]') !== null);

/** @returns {Element | null} */
const sheet = () => phone.window.document.querySelector('.phone-page:not([hidden]) [role="dialog"]');

const SHEET_ALONE = [true, false];
const WITH_SHEET = { privacy: 'ask' };

/** @returns {Promise<void>} when the sheet is closed and the page is back */
async function back() {
  expect(sheet()).toBeNull();
  expect(phone.find('.behind').getAttribute('aria-hidden')).toBe('false');
}

describe('the privacy sheet hides', () => {
  it('the photo page, until it is declined', async () => {
    await open({ ...WITH_SHEET, page: 'pages/photo/photo' });
    await phone.tap('相册');
    expect(hidden()).toEqual(SHEET_ALONE);
    await phone.tap('不同意');
    await back();
  });

  it.each(['history', 'settings', 'taught', 'teach', 'atlas'])('the page %s', async (page) => {
    await open({ ...past([{}]), storage: { ...past([{}]).storage, ...TEACHING.phone.storage }, page: `pages/${page}/${page}`, ...WITH_SHEET });
    phone.simulator.call('setClipboardData', { data: 'x', fail() {} });
    await phone.settle();
    const behind = page === 'settings' ? 'scroll-view' : '.behind';
    expect(phone.find(behind).getAttribute('aria-hidden')).toBe('true');
    await phone.tap('不同意');
    expect(phone.find(behind).getAttribute('aria-hidden')).toBe('false');
  });
});

describe('a sheet of its own hides', () => {
  it('the atlas', async () => {
    await open({ ...past([{}]), page: 'pages/atlas/atlas' });
    await phone.tap(phone.find('.cell .open'));
    expect(hidden()).toEqual(SHEET_ALONE);
    await phone.tap('.shade');
    await back();
  });

  it('the list of taught things', async () => {
    await open({ page: 'pages/taught/taught' });
    await phone.reads('外婆的茶壶');
    await phone.tap('给 外婆的茶壶 改名');
    expect(hidden()).toEqual(SHEET_ALONE);
    await phone.tap('取消');
    await back();
  });

  it('teaching, with its consent and with its question about a photo', async () => {
    server.on('POST /taught', problem('problem-looks-like-other'));
    await open({ storage: TEACHABLE, page: 'pages/teach/teach' });
    expect(hidden()).toEqual(SHEET_ALONE);
    await phone.tap('同意');
    await back();
    await phone.type('猫');
    await phone.tap('下一步');
    await phone.tap('拍照');
    await phone.until(() => expect(sheet()).not.toBeNull());
    expect(hidden()).toEqual(SHEET_ALONE);
  });
});

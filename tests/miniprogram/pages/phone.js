import { expect, vi } from 'vitest';
import { launch } from '../../simulator/jsdom.js';
import { PICTURE } from '../picture.js';
import { ROOT } from '../sources.js';

/** @typedef {Partial<import('../../simulator/jsdom.js').LaunchOptions>} PhoneOptions */

/** @type {PhoneOptions} of a person who agreed to everything earlier */
export const TRUSTING = { privacy: 'agreed', scopes: { 'scope.camera': true, 'scope.writePhotosAlbum': true } };

/** @typedef {Awaited<ReturnType<typeof openPhone>>} OpenPhone */

/**
 * The photo page on a phone with a camera that sees PICTURE.
 *
 * @param {PhoneOptions} [options]
 */
export async function openPhone(options = {}) {
  const phone = await launch({ root: ROOT, page: 'pages/photo/photo', ...options });
  const { document } = phone.window;
  phone.simulator.camera(new phone.window.Uint8Array(PICTURE));
  return Object.assign(phone, {
    /** @param {string} name  what a screen reader says @returns {HTMLElement | null} */
    named: (name) => document.querySelector(`[aria-label="${name}"]`),

    /** Everything on the glass, dialogs of WeChat included. */
    glass: () => document.body.textContent?.replace(/\s+/g, ' ') ?? '',

    /** @param {string} text  waits until it can be read */
    reads: (text) => vi.waitFor(() => expect(phone.text()).toContain(text), { timeout: 5000, interval: 10 }),

    /** @param {() => void} check  waits until it holds */
    until: (check) => vi.waitFor(check, { timeout: 5000, interval: 10 }),

    /** @param {string} name @returns {number} how often wx.name was called */
    called: (name) => phone.calls.filter((call) => call.name === name).length,

    /** @returns {HTMLInputElement | null} the only field there is */
    field: () => document.querySelector('.phone-page input'),

    /** @param {string} typed  into the field */
    async type(typed) {
      const field = /** @type {HTMLInputElement} */ (document.querySelector('.phone-page input'));
      field.value = typed;
      field.dispatchEvent(new phone.window.Event('input', { bubbles: true }));
      await phone.settle();
    },

    /** @param {string} name  of a row of the settings @returns {string} what stands at its end; '' where there is no such row */
    row(name) {
      const rows = [...document.querySelectorAll('.phone-page [class*="row"]')].map((row) => row.textContent?.trim() ?? '');
      return (rows.filter((text) => text.startsWith(name)).find((text) => text !== name) ?? '').slice(name.length).trim();
    },

    /** @returns {string} of the bar above the page */
    title: () => document.querySelector('.phone-bar, header')?.textContent ?? '',

    /** @returns {string[]} paths of the photos on the phone */
    photos: () => Object.keys(phone.kept().files).filter((path) => path.endsWith('.jpg')),

    /** @returns {Record<string, any>} */
    stored: () => phone.kept().storage,

    /** @param {string} name  of an action in the result page's sheet @returns {Promise<void>} */
    async tapInMore(name) {
      await phone.tap('更多');
      await phone.tap(name);
    },

    /** From the page in front. @returns {Promise<void>} */
    async back() {
      phone.simulator.call('navigateBack');
      await phone.settle();
    },

    /** @returns {File} a picture in the album */
    picture: () => new phone.window.File([new phone.window.Uint8Array(PICTURE)], 'mine.jpg', { type: 'image/jpeg' }),
  });
}

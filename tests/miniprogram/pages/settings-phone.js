import { example } from '../sources.js';
import { startServer } from '../server.js';
import { openPhone, TRUSTING } from './phone.js';

export const READY = JSON.parse(example('ready'));

/** @returns {Promise<import('../server.js').TestServer>} that answers as a PaiShi server does */
export async function startRecogniser() {
  const server = await startServer();
  server.on('POST /predict', { body: example('predictions') });
  server.on('POST /corrections', { body: example('correction') });
  server.on('GET /readyz', { body: READY });
  return server;
}

/**
 * The settings on a phone.
 *
 * @param {Parameters<typeof openPhone>[0]} options
 */
export async function openSettings(options) {
  const phone = await openPhone({ ...TRUSTING, page: 'pages/settings/settings', ...options });
  const { document } = phone.window;
  return Object.assign(phone, {
    /** @param {string} name  of a row @returns {string} what stands at its end; '' where there is no such row */
    row(name) {
      const rows = [...document.querySelectorAll('.phone-page [class*="row"]')].map((row) => row.textContent?.trim() ?? '');
      return (rows.filter((text) => text.startsWith(name)).find((text) => text !== name) ?? '').slice(name.length).trim();
    },

    /** @param {string} said @returns {Element} what is named so */
    choice: (said) => /** @type {Element} */ (document.querySelector(`[aria-label="${said}"]`)),

    /** @returns {string} of the bar above the page */
    title: () => document.querySelector('.phone-bar, header')?.textContent ?? '',

    /** @returns {string[]} paths of the photos on the phone */
    photos: () => Object.keys(phone.kept().files).filter((path) => path.endsWith('.jpg')),

    /** @returns {Record<string, any>} */
    stored: () => phone.kept().storage,

    async back() {
      phone.simulator.call('navigateBack');
      await phone.settle();
    },
  });
}

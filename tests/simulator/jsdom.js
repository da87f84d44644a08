import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { JSDOM, VirtualConsole } from 'jsdom';
import { compileApp } from './compiler/app.js';
import { runtimeScript } from './compiler/bundle.js';
import { proxy } from './proxy.js';
import { hostTag } from './runtime/host-tag.js';

/**
 * @typedef {object} LaunchOptions
 * @property {string} root the mini-program's folder
 * @property {string} [page] path of the first page; app.json's otherwise
 * @property {string | Record<string, string>} [query] of that page
 * @property {Record<string, Function>} [wx] members that take the place of the simulator's
 * @property {'light' | 'dark'} [theme]
 * @property {'develop' | 'trial' | 'release'} [envVersion]
 * @property {string} [language]
 * @property {number} [scene] 1007 is a friend's card, 1154 the single-page mode of Moments
 * @property {import('./runtime/materials.js').Material[]} [forwarded] files of a chat that the app is opened with
 * @property {number} [fontSize] CSS pixels
 * @property {string} [server] where requests for http://127.0.0.1:5000 go
 * @property {string} [cloud] the environment and service of wx.cloud that there is, as ENV/SERVICE; they are that server
 * @property {'ask' | 'agreed' | 'refused'} [privacy]
 * @property {string[]} [undeclared] APIs, and `camera`, whose item the privacy guide lacks
 * @property {string} [sdkVersion] of the base library
 * @property {Record<string, boolean>} [scopes] for example {'scope.camera': true}
 * @property {Record<string, unknown>} [storage] what is stored before the app starts
 * @property {Record<string, Uint8Array | import('./runtime/files.js').KeptFile>} [files] the user's files by path
 *
 * @typedef {object} Launched
 * @property {any} page the current page's instance: data, setData, methods
 * @property {(selector: string) => HTMLElement | null} find in the current page, by WXML tag, class or id
 * @property {(selector: string) => HTMLElement[]} findAll
 * @property {(selector?: string) => string} text what the page, or one element, reads as
 * @property {(target: string | Element) => Promise<void>} tap and then settle
 * @property {() => Promise<void>} settle lets promises and timers without delay run; for requests wait with vi.waitFor
 * @property {{name: string, args: any[]}[]} calls of wx, in order
 * @property {Record<string, any>} simulator the control surface
 * @property {Window & typeof globalThis} window
 * @property {Error[]} errors that nobody caught
 * @property {() => Promise<import('./runtime/sharing.js').Card>} share by the menu
 * @property {() => Promise<import('./runtime/sharing.js').Card>} shareTimeline by the menu
 * @property {() => {files: Record<string, any>, storage: Record<string, any>}} kept for the options of the next launch
 * @property {() => Promise<void>} close
 */

/**
 * Runs the mini-program in jsdom, with its real templates. There is no layout, no decoding of pictures
 * and no camera; requests are real.
 *
 * @param {LaunchOptions} options
 * @returns {Promise<Launched>}
 * @throws {import('./compiler/compile-error.js').CompileError}
 */
export async function launch({ root, query, storage = {}, ...options }) {
  const [app, runtime] = await Promise.all([compileApp(root), runtimeScript()]);
  const gate = await startGate();
  const virtualConsole = new VirtualConsole();
  const dom = new JSDOM('<!doctype html><body><div id="phone"></div>', {
    url: gate.url,
    runScripts: 'outside-only',
    pretendToBeVisual: true,
    virtualConsole,
    // BodyReservation for the 10 MB of a phone and the keys around them, in UTF-16 units.
    storageQuota: 12 * 1024 * 1024,
  });
  const { window } = dom;
  for (const [key, data] of Object.entries(storage))
    window.localStorage.setItem(`simulator:${key}`, JSON.stringify({ data }));
  window.eval(`${runtime}\n//# sourceURL=simulator.js`);
  const simulator = await window.__startSimulator(
    window.JSON.parse(JSON.stringify(app)),
    { proxy: '/__proxy__/', query: asQuery(query), ...options },
    window.document.getElementById('phone'),
  );
  collectErrors(virtualConsole, simulator);
  const launched = handle(window, simulator, gate);
  await launched.settle();
  return launched;
}

/** @returns {Launched} */
function handle(window, simulator, gate) {
  const { document } = window;
  const area = () => document.querySelector('.phone-page:not([hidden])');
  const find = (selector) => area()?.querySelector(domSelector(selector)) ?? null;
  const settle = () => quiet(window);
  const remains = () => structuredClone(simulator.kept());
  let remained;
  return {
    get page() {
      return simulator.currentPage().instance;
    },
    find,
    findAll: (selector) => [...(area()?.querySelectorAll(domSelector(selector)) ?? [])],
    text: (selector) => readable(selector ? find(selector) : area()),
    async tap(target) {
      const element = typeof target === 'string' ? (find(target) ?? byText(document, target)) : target;
      if (!element) throw new Error(`nothing to tap: ${target}`);
      element.click();
      await settle();
    },
    settle,
    calls: simulator.log,
    simulator,
    window,
    errors: simulator.errors,
    share: () => simulator.share(),
    shareTimeline: () => simulator.shareTimeline(),
    kept: () => remained ?? remains(),
    async close() {
      remained ??= remains();
      window.close();
      await gate.close();
    },
  };
}

/**
 * A selector as in WXML and WXSS: tags get their host elements' names, classes are found in isolated
 * components too.
 *
 * @param {string} selector
 * @returns {string}
 */
export function domSelector(selector) {
  return selector
    .replace(/\.([\w-]+)/g, (_, name) => `:is(.${name}, [class$="--${name}"], [class*="--${name} "])`)
    .replace(/(^|[\s>+~,(])([a-z][\w-]*)(?![\w-]*\s*[="])/g, (whole, before, tag) =>
      tag === 'is' ? whole : before + hostTag(tag),
    );
}

/** Dialogs and the bars are outside of the page, so their buttons are found by what they say. */
function byText(document, text) {
  return [...document.querySelectorAll('button, [role="button"]')]
    .reverse()
    .find((element) => element.textContent.trim() === text || element.getAttribute('aria-label') === text);
}

/** @param {Element | null} element @returns {string} */
function readable(element) {
  if (!element) return '';
  const copy = /** @type {Element} */ (element.cloneNode(true));
  for (const hidden of copy.querySelectorAll('[hidden], style')) hidden.remove();
  for (const block of copy.querySelectorAll(':not(wx-text)')) block.append(' ');
  return copy.textContent.replace(/\s+/g, ' ').trim();
}

/** Waits for promises and for timers without delay, not for requests: a test may want one under way. */
async function quiet(window) {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => window.setTimeout(resolve, 1));
}

/** @returns {void} */
function collectErrors(virtualConsole, simulator) {
  virtualConsole.on('jsdomError', (error) => {
    if (!/Not implemented/.test(error.message)) simulator.errors.push(error.cause ?? error);
  });
  virtualConsole.on('error', (first, ...rest) => {
    if (!simulator.errors.includes(first)) simulator.errors.push(new Error([first, ...rest].join(' ')));
  });
}

/** @param {string | Record<string, string>} [query] @returns {string} */
function asQuery(query = '') {
  if (typeof query === 'string') return query;
  return Object.entries(query)
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join('&');
}

/** The proxy alone, as the origin that jsdom believes to be at. */
async function startGate() {
  const http = createServer(proxy);
  await new Promise((resolve) => http.listen(0, '127.0.0.1', () => resolve(undefined)));
  return {
    url: `http://127.0.0.1:${http.address().port}/`,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve(undefined));
        http.closeAllConnections();
      }),
  };
}

/**
 * A picture for `simulator.album`, made in the window that will read it.
 *
 * @param {Launched} phone
 * @param {string} path of a file
 * @returns {File}
 */
export function albumFile(phone, path) {
  return new phone.window.File([new phone.window.Uint8Array(readFileSync(path))], path.split('/').at(-1));
}

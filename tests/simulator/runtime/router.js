import { Refusal } from './wx/api.js';
import { drawNavigationBar } from './navigation-bar.js';
import { drawTabBar } from './tab-bar.js';
import { EventChannel } from './event-channel.js';

const DEEPEST = 10;

/**
 * @typedef {object} OpenPage
 * @property {string} path
 * @property {any} instance what mini-program code knows as the page
 * @property {any} root of the framework
 * @property {HTMLElement} element the scrolling area that it is in
 * @property {Record<string, any>} bar what setNavigationBar… changed
 * @property {string} [rootFontSize] CSS length of 1rem
 * @property {EventChannel} channel to the page that opened it
 * @property {{leave: () => void}} [container] the <page-container> that shows
 */

/** The stack of pages and their lifecycles. */
export class Router {
  /** @param {import('./phone.js').Phone} phone */
  constructor(phone) {
    this.phone = phone;
    /** @type {OpenPage[]} */
    this.stack = [];
    /** @type {Map<string, OpenPage>} tab pages live on while another tab shows */
    this.tabs = new Map();
    this.visible = false;
  }

  /** @returns {OpenPage} */
  get current() {
    return this.stack.at(-1);
  }

  /** @param {string} path @returns {boolean} */
  isTab(path) {
    return (this.phone.app.config.tabBar?.list ?? []).some(({ pagePath }) => pagePath === path);
  }

  /** @param {string} path @param {string} query @returns {void} the first page; throws where there is none */
  start(path, query) {
    this.visible = true;
    this.#push(this.#open(path, parseQuery(query)));
  }

  /** @param {{url: string, events?: Record<string, Function>}} options @returns {{eventChannel: EventChannel}} */
  navigateTo({ url, events }) {
    const { path, query } = this.#target(url);
    if (this.isTab(path)) throw new Refusal('can not navigateTo a tabbar page');
    if (this.stack.length >= DEEPEST) throw new Refusal(`webview count limit exceed`);
    const channel = new EventChannel();
    for (const [name, listener] of Object.entries(events ?? {})) channel.on(name, listener);
    const page = this.#open(path, query, channel);
    this.#hide(this.current);
    this.#push(page);
    return { eventChannel: channel };
  }

  /** @param {{url: string}} options @returns {void} */
  redirectTo({ url }) {
    const { path, query } = this.#target(url);
    if (this.isTab(path)) throw new Refusal('can not redirectTo a tabbar page');
    const page = this.#open(path, query);
    this.#close(this.stack.pop());
    this.#push(page);
  }

  /** @param {{url: string}} options @returns {void} */
  reLaunch({ url }) {
    const { path, query } = this.#target(url);
    const gone = new Set([...this.stack, ...this.tabs.values()]);
    this.stack = [];
    this.tabs.clear();
    for (const page of gone) this.#close(page);
    this.#push(this.#open(path, query));
  }

  /** @param {{url: string}} options @returns {void} */
  switchTab({ url }) {
    const { path } = this.#target(url);
    if (!this.isTab(path)) throw new Refusal('can not switch to no-tabBar page');
    if (this.current.path === path) return;
    while (this.stack.length && !this.isTab(this.current.path)) this.#close(this.stack.pop());
    const before = this.stack.pop();
    if (before) {
      this.#hide(before);
      this.tabs.set(before.path, before);
    }
    this.#push(this.tabs.get(path) ?? this.#open(path, {}));
  }

  /** @param {{delta?: number}} [options] @returns {void} closes a <page-container> first, as a phone does */
  navigateBack({ delta = 1 } = {}) {
    if (this.current.container) return this.current.container.leave();
    if (this.stack.length < 2) throw new Refusal('cannot navigate back at first page');
    const steps = Math.min(delta, this.stack.length - 1);
    for (let step = 0; step < steps; step += 1) this.#close(this.stack.pop());
    this.#show(this.current);
  }

  /** The back key, a swipe from the edge, or the arrow in the bar. @returns {void} */
  back() {
    if (this.stack.length > 1 || this.current.container) this.navigateBack();
    else this.hide();
  }

  /** @param {HTMLElement | null} element that a page is in @returns {OpenPage | undefined} */
  pageAt(element) {
    return [...this.stack, ...this.tabs.values()].find((page) => page?.element === element);
  }

  /** The user leaves WeChat. @param {{seconds?: number}} [time] how long, by the tester's clock */
  hide({ seconds } = {}) {
    if (!this.visible) return;
    this.visible = false;
    this.phone.network.leave(seconds);
    this.phone.cameras.update();
    this.#callPage(this.current, 'onHide', 'hide');
    this.#callApp('onHide', 'AppHide', {});
  }

  /** The user comes back. */
  show() {
    if (this.visible) return;
    this.visible = true;
    this.phone.network.comeBack();
    // What the app was entered with comes again.
    this.#callApp('onShow', 'AppShow', this.phone.entry);
    this.#callPage(this.current, 'onShow', 'show');
    this.phone.cameras.update();
  }

  /** The user comes back by a way that leads to a page. @param {Record<string, any>} entry options of App.onShow */
  enter(entry) {
    this.hide();
    this.phone.entry = entry;
    if (this.current.path === entry.path) return this.show();
    this.visible = true;
    this.phone.network.comeBack();
    this.#callApp('onShow', 'AppShow', entry);
    this.reLaunch({ url: `/${entry.path}` });
  }

  /** @returns {void} after a change of title, colours or theme */
  redraw() {
    if (!this.current) return;
    drawNavigationBar(this.phone, this.current, this.stack.length > 1);
    // 1rem, as the page's <page-meta> wants it.
    this.phone.document.documentElement.style.fontSize = this.current.rootFontSize ?? '';
    drawTabBar(this.phone, this.isTab(this.current.path) ? this.current.path : undefined);
  }

  #target(url) {
    if (typeof url !== 'string') throw new Refusal('parameter error: parameter.url should be String');
    const [address, search = ''] = url.split('?');
    const from = this.current?.path.split('/').slice(0, -1) ?? [];
    const parts = address.startsWith('/') ? [] : from;
    for (const part of address.split('/')) {
      if (part === '..') parts.pop();
      else if (part && part !== '.') parts.push(part);
    }
    const path = parts.join('/').replace(/\.html$/, '');
    if (!this.phone.app.config.pages.includes(path)) throw new Refusal(`page "${path}" is not found`);
    return { path, query: parseQuery(search) };
  }

  #open(path, query, channel = new EventChannel()) {
    const { phone } = this;
    phone.packages.need(path);
    phone.packages.preload(path);
    phone.registration.load(path);
    const element = phone.document.createElement('section');
    element.dataset.route = path;
    element.className = 'phone-page';
    const placeholder = phone.document.createElement('i');
    element.append(placeholder);
    phone.pagesElement.append(element);
    const root = phone.environment.backend.createRoot('page', phone.environment.codeSpace, path);
    const instance = root.get();
    Object.assign(instance, { route: path, options: query });
    instance.getOpenerEventChannel = () => channel;
    const page = { path, instance, root, element, bar: {}, channel };
    page.attach = () => root.attach(element, placeholder);
    this.#reportScrolling(page);
    page.query = query;
    return page;
  }

  #reportScrolling({ element, instance, path }) {
    const config = { ...this.phone.app.config.window, ...this.phone.app.components[path].config };
    let atBottom = false;
    element.addEventListener('scroll', (event) => {
      if (event.target !== element) return;
      const { scrollTop, scrollHeight, clientHeight } = element;
      this.phone.call(instance.onPageScroll, instance, { scrollTop });
      const arrived = scrollHeight - clientHeight - scrollTop <= (config.onReachBottomDistance ?? 50);
      if (arrived && !atBottom) this.phone.call(instance.onReachBottom, instance);
      atBottom = arrived;
    });
  }

  #push(page) {
    this.stack.push(page);
    const fresh = page.attach;
    if (fresh) {
      page.attach = undefined;
      fresh();
      this.phone.call(page.instance.onLoad, page.instance, page.query);
    }
    // onLoad may already have gone on to another page.
    if (this.current === page) this.#show(page);
    if (fresh)
      setTimeout(() => this.stack.includes(page) && this.phone.call(page.instance.onReady, page.instance));
  }

  #show(page) {
    for (const { element } of [...this.stack, ...this.tabs.values()])
      element.hidden = element !== page.element;
    this.redraw();
    this.#callPage(page, 'onShow', 'show');
    this.phone.cameras.update();
  }

  #hide(page) {
    this.#callPage(page, 'onHide', 'hide');
    page.element.hidden = true;
    this.phone.cameras.update();
  }

  #close(page) {
    this.phone.call(page.instance.onUnload, page.instance);
    page.root.release();
    page.element.remove();
  }

  #callPage(page, method, lifetime) {
    if (!page) return;
    this.phone.call(page.instance[method], page.instance);
    page.root.getComponent().triggerPageLifetime(lifetime, []);
  }

  #callApp(method, listeners, detail) {
    const { appInstance } = this.phone;
    this.phone.call(appInstance[method], appInstance, detail);
    this.phone.listeners.emit(listeners, detail);
  }
}

/**
 * Values stay encoded, as a phone leaves them.
 *
 * @param {string} search
 * @returns {Record<string, string>}
 */
export function parseQuery(search) {
  const pairs = search.split('&').filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => {
      const cut = pair.indexOf('=');
      return cut < 0 ? [pair, ''] : [pair.slice(0, cut), pair.slice(cut + 1)];
    }),
  );
}

import { Refusal } from './wx/api.js';

const PROMISE_LIMIT_MS = 3000;
const MESSAGE_FIELDS = ['title', 'path', 'imageUrl', 'promise'];
const TIMELINE_FIELDS = ['title', 'query', 'imageUrl'];

/**
 * @typedef {object} Card what others would see
 * @property {string} title
 * @property {string} [path] with a slash and the query, of a card to a friend
 * @property {string} [query] of a card on the timeline
 * @property {string | undefined} imageUrl a screenshot or the app's logo where there is none
 */

/** Cards for friends and for the timeline, checked for what a phone would show wrongly. */
export class Sharing {
  /** @param {import('./phone.js').Phone} phone */
  constructor(phone) {
    this.phone = phone;
    /** @type {Card[]} everything that was shared */
    this.cards = [];
    /** @type {string[]} paths of pictures that were shared by wx.showShareImageMenu */
    this.pictures = [];
  }

  /**
   * The user sends the picture on; one who cancels is `fail('showShareImageMenu', 'cancel')`.
   *
   * @param {unknown} path
   * @returns {void}
   * @throws {Refusal} where it is no file on this phone
   */
  picture(path) {
    if (typeof path !== 'string') throw new Refusal('parameter error: parameter.path should be String');
    if (!this.phone.files.has(path)) throw new Refusal('file not exist');
    this.pictures.push(path);
    this.phone.dialogs.toast({ title: '分享了图片', icon: 'none' });
  }

  /**
   * @param {{from: 'menu' | 'button', target?: object}} [how]
   * @returns {Promise<Card>}
   * @throws {Error} where the page cannot be shared, or its card is none
   */
  async toFriend(how = { from: 'menu' }) {
    const page = this.#shareable('onShareAppMessage', how.from);
    const given = this.#ask(page, 'onShareAppMessage', how);
    checkFields(given, MESSAGE_FIELDS, 'onShareAppMessage');
    const { promise, ...own } = given;
    const card = promise ? await withinLimit(promise, own) : own;
    checkFields(card, MESSAGE_FIELDS.slice(0, 3), 'onShareAppMessage');
    const { path = `/${addressOf(page)}` } = card;
    this.#checkPath(path);
    return this.#sent({ title: this.#title(card), path, imageUrl: this.#picture(card) });
  }

  /** @returns {Promise<Card>} @throws {Error} where the page cannot be shared so, or its card is none */
  async toTimeline() {
    this.#shareable('onShareAppMessage', 'menu');
    const page = this.#shareable('onShareTimeline', 'menu');
    const card = this.#ask(page, 'onShareTimeline');
    checkFields(card, TIMELINE_FIELDS, 'onShareTimeline');
    const query = card.query ?? addressOf(page).split('?')[1] ?? '';
    if (typeof query !== 'string' || /^[?/]/.test(query))
      throw new Error(`onShareTimeline: query is what stands behind the "?", not ${JSON.stringify(query)}`);
    return this.#sent({ title: this.#title(card), query, imageUrl: this.#picture(card) });
  }

  /** Without the handler, or after hideShareMenu, the menu has no such line. */
  #shareable(handler, from) {
    const page = this.phone.router.current;
    const menu = handler === 'onShareTimeline' ? 'shareTimeline' : 'shareAppMessage';
    if (typeof page.instance[handler] !== 'function') throw new Error(`${page.path} has no ${handler}`);
    if (from === 'menu' && page.hiddenMenus?.has(menu)) throw new Error(`${page.path} hides ${menu}`);
    return page;
  }

  #ask(page, handler, ...args) {
    const before = this.phone.errors.length;
    const card = this.phone.call(page.instance[handler], page.instance, ...args);
    if (this.phone.errors.length > before) throw this.phone.errors.at(-1);
    return card ?? {};
  }

  #title({ title = this.phone.theme.resolve(this.phone.app.config.window.navigationBarTitleText) ?? '' }) {
    if (typeof title !== 'string')
      throw new Error(`the title of a card is no text: ${JSON.stringify(title)}`);
    return title;
  }

  #checkPath(path) {
    const [, page] = /^\/([^?]+)/.exec(path) ?? [];
    if (!this.phone.app.config.pages.includes(page))
      throw new Error(
        `onShareAppMessage: path must be / and a page of app.json, not ${JSON.stringify(path)}`,
      );
  }

  #picture({ imageUrl }) {
    if (imageUrl === undefined || imageUrl === '') return undefined;
    const { app, files } = this.phone;
    const inPackage = String(imageUrl).replace(/^\//, '') in app.assets && /\.(png|jpe?g)$/i.test(imageUrl);
    if (!inPackage && !files.has(imageUrl) && !/^https:\/\/[^/]/.test(imageUrl))
      throw new Error(
        `imageUrl of a card is a file that exists, a PNG or JPEG of the package, or https: ${imageUrl}`,
      );
    return imageUrl;
  }

  #sent(card) {
    this.cards.push(card);
    this.phone.dialogs.toast({ title: `分享：${card.title}`, icon: 'none' });
    return card;
  }
}

/** @returns {void} */
function checkFields(card, known, handler) {
  if (Object.prototype.toString.call(card) !== '[object Object]')
    throw new Error(
      `${handler} must return an object, not ${String(card)}; what is asynchronous goes into "promise"`,
    );
  const strange = Object.keys(card).find((name) => !known.includes(name));
  if (strange) throw new Error(`${handler}: a phone knows no "${strange}" (only ${known.join(', ')})`);
}

/** After three seconds a phone takes what there is. */
async function withinLimit(promise, otherwise) {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(() => resolve(otherwise), PROMISE_LIMIT_MS)));
  const card = await Promise.race([promise, late]);
  clearTimeout(timer);
  return card;
}

/** @param {import('./router.js').OpenPage & {query: Record<string, string>}} page @returns {string} */
function addressOf({ path, query }) {
  const pairs = Object.entries(query ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length ? `${path}?${pairs.join('&')}` : path;
}

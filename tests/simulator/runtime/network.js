import { Refusal } from './wx/api.js';

/** Where the mini-program looks for its server while it is developed; `?server=` takes its place. */
const DEVELOPMENT_SERVER = 'http://127.0.0.1:5000';
const TICK_MS = 20;

const NO_NETWORK = 'errcode:-106 error_msg:net::ERR_INTERNET_DISCONNECTED';
const NO_CONNECTION = 'errcode:-102 error_msg:net::ERR_CONNECTION_REFUSED';

/**
 * @typedef {object} Exchange
 * @property {string} method
 * @property {string} url
 * @property {Record<string, string>} [header]
 * @property {any} [body]
 * @property {number} [bodySize] bytes, for the throttle
 * @property {'text' | 'arraybuffer'} [responseType]
 * @property {number} [timeout] milliseconds
 * @property {(sent: number, total: number) => void} [onSent]
 * @property {(received: number, total: number) => void} [onReceived]
 * @property {(header: Record<string, string>) => void} [onHeaders]
 */

const NETWORK_CHANGED = 'errcode:-21 error_msg:net::ERR_NETWORK_CHANGED';
const INTERRUPTED = 'interrupted';
/** How long a phone lets requests of an app in the background live. */
const BACKGROUND_MS = 5000;
/** Tells the proxy how fast to pass an upload on, bytes per second. */
const RATE_HEADER = 'x-simulator-rate';

const KINDS = ['wifi', '2g', '3g', '4g', '5g', 'none'];
/** A weak wifi; a wifi that nothing gets through; a connection that breaks off. */
const STATES = ['weak', 'silent', 'lost'];

/** The phone's connection: what it is like, and requests over it. */
export class Network {
  /** @param {import('./phone.js').Phone} phone @param {{server?: string, proxy?: string}} options */
  constructor(phone, { server, proxy = '' }) {
    this.phone = phone;
    this.server = server?.replace(/\/$/, '');
    this.proxy = proxy;
    /** @type {string} a kind of connection, or a state of one */
    this.status = 'wifi';
    /** @type {number} bytes per second of uploads; 0 is as fast as it goes */
    this.throttle = 0;
    /** @type {Set<{end: (reason: string) => void, silence: () => void}>} what is under way */
    this.open = new Set();
    /** Whether the app was away for so long that a phone lets no request through. */
    this.asleep = false;
    this.timer = undefined;
    /** How many of each are under way. */
    this.running = { upload: 0, download: 0 };
  }

  /**
   * @param {'wifi' | '2g' | '3g' | '4g' | '5g' | 'none' | 'weak' | 'silent' | 'lost'} status weak is a weak wifi,
   *   silent a wifi that nothing gets through, lost breaks what is under way and is none from then on
   * @returns {void}
   */
  become(status) {
    if (![...KINDS, ...STATES].includes(status)) throw new Error(`simulator: no network "${status}"`);
    const before = { status: this.status, type: this.type };
    this.status = status;
    const { type } = this;
    if (before.type !== type)
      this.phone.listeners.emit('NetworkStatusChange', { isConnected: type !== 'none', networkType: type });
    if ((before.status === 'weak') !== (status === 'weak'))
      this.phone.listeners.emit('NetworkWeakChange', { weakNet: status === 'weak', networkType: type });
    if (type === 'none') this.#endAll(status === 'lost' ? NETWORK_CHANGED : NO_NETWORK);
    if (status === 'silent') for (const { silence } of [...this.open]) silence();
  }

  /** @param {number} [seconds] that the app is away, by the tester's clock; by the real one otherwise @returns {void} */
  leave(seconds) {
    const sleep = () => {
      this.asleep = true;
      this.#endAll(INTERRUPTED);
    };
    if (seconds * 1000 > BACKGROUND_MS) sleep();
    else if (seconds === undefined) this.timer = setTimeout(sleep, BACKGROUND_MS);
  }

  /** The app is back in the foreground. */
  comeBack() {
    clearTimeout(this.timer);
    this.asleep = false;
  }

  #endAll(reason) {
    for (const { end } of [...this.open]) end(reason);
  }

  /** @returns {string} as wx.getNetworkType tells */
  get type() {
    if (this.status === 'lost') return 'none';
    return STATES.includes(this.status) ? 'wifi' : this.status;
  }

  /** @param {string} url @returns {string} where the browser is to send it */
  address(url) {
    const { origin } = new URL(url);
    const target =
      this.server && origin === DEVELOPMENT_SERVER ? this.server + url.slice(origin.length) : url;
    return this.proxy ? this.proxy + encodeURIComponent(target) : target;
  }

  /**
   * @param {Exchange} exchange
   * @returns {{result: Promise<{status: number, body: any, header: Record<string, string>}>, abort: () => void}}
   *   the promise fails with Refusal
   */
  send(exchange) {
    const xhr = new XMLHttpRequest();
    const { timeout } = exchange;
    let over = false;
    let end;
    let entry;
    const result = new Promise((resolve, reject) => {
      end = (reason) => {
        over = true;
        reject(new Refusal(reason));
        xhr.abort();
      };
      entry = { end, silence: () => silence(xhr) };
      this.open.add(entry);
      this.#run(xhr, exchange, () => over).then(resolve, reject);
    });
    const timer = timeout ? setTimeout(() => end('timeout'), timeout) : undefined;
    const finish = () => {
      over = true;
      clearTimeout(timer);
      this.open.delete(entry);
    };
    result.then(finish, finish);
    return { result, abort: () => end('abort') };
  }

  async #run(xhr, exchange, isOver) {
    if (this.asleep) throw new Refusal(INTERRUPTED);
    if (this.type === 'none') throw new Refusal(NO_NETWORK);
    if (this.status === 'silent') return new Promise(() => undefined);
    const paced = this.throttle > 0 && exchange.bodySize > 0;
    const rate = paced && this.proxy ? { [RATE_HEADER]: String(this.throttle) } : {};
    const answer = () => this.#exchange(xhr, { ...exchange, header: { ...exchange.header, ...rate } }, paced);
    if (!paced) return answer();
    // The proxy passes the bytes on at the same pace; without one they go when the pace is over.
    if (this.proxy) return (await Promise.all([answer(), this.#paced(exchange, isOver)]))[0];
    await this.#paced(exchange, isOver);
    if (isOver()) throw new Refusal('abort');
    return answer();
  }

  /** The browser counts what it hands to loopback, all at once; a real connection advances in steps. */
  async #paced({ bodySize, onSent }, isOver) {
    for (let sent = 0; sent < bodySize && !isOver();) {
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
      sent = Math.min(bodySize, sent + Math.ceil((this.throttle * TICK_MS) / 1000));
      if (!isOver()) onSent?.(sent, bodySize);
    }
  }

  #exchange(
    xhr,
    { method, url, header = {}, body, responseType = 'text', onSent, onReceived, onHeaders },
    paced,
  ) {
    return new Promise((resolve, reject) => {
      xhr.open(method, this.address(url));
      xhr.responseType = responseType;
      for (const [name, value] of Object.entries(header)) xhr.setRequestHeader(name, value);
      if (!paced) xhr.upload.onprogress = ({ loaded, total }) => onSent?.(loaded, total);
      xhr.onprogress = ({ loaded, total }) => onReceived?.(loaded, total);
      xhr.onreadystatechange = () => xhr.readyState === 2 && onHeaders?.(headersOf(xhr));
      xhr.onerror = () => reject(new Refusal(NO_CONNECTION));
      xhr.onload = () => resolve({ status: xhr.status, body: xhr.response, header: headersOf(xhr) });
      xhr.send(body);
    });
  }
}

/** Nothing more is heard of it. @param {XMLHttpRequest} xhr @returns {void} */
function silence(xhr) {
  Object.assign(xhr, { onload: null, onerror: null, onprogress: null, onreadystatechange: null });
  xhr.upload.onprogress = null;
  xhr.abort();
}

/** @param {XMLHttpRequest} xhr @returns {Record<string, string>} */
function headersOf(xhr) {
  const lines = xhr.getAllResponseHeaders().trim().split(/\r?\n/).filter(Boolean);
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
}

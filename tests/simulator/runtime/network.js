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

const KINDS = ['wifi', '2g', '3g', '4g', '5g', 'none'];

/** The phone's connection: what it is like, and requests over it. */
export class Network {
  /** @param {import('./phone.js').Phone} phone @param {{server?: string, proxy?: string}} options */
  constructor(phone, { server, proxy = '' }) {
    this.phone = phone;
    this.server = server?.replace(/\/$/, '');
    this.proxy = proxy;
    /** @type {string} a kind of connection, or weak */
    this.status = 'wifi';
    /** @type {number} bytes per second of uploads; 0 is as fast as it goes */
    this.throttle = 0;
    /** @type {Set<(reason: string) => void>} ends of what is under way */
    this.open = new Set();
  }

  /** @param {'wifi' | '2g' | '3g' | '4g' | '5g' | 'none' | 'weak'} status weak is a weak wifi @returns {void} */
  become(status) {
    if (status !== 'weak' && !KINDS.includes(status)) throw new Error(`simulator: no network "${status}"`);
    const before = { status: this.status, type: this.type };
    this.status = status;
    const { type } = this;
    if (before.type !== type)
      this.phone.listeners.emit('NetworkStatusChange', { isConnected: type !== 'none', networkType: type });
    if ((before.status === 'weak') !== (status === 'weak'))
      this.phone.listeners.emit('NetworkWeakChange', { weakNet: status === 'weak', networkType: type });
    if (status === 'none') for (const end of [...this.open]) end(NO_NETWORK);
  }

  /** @returns {string} as wx.getNetworkType tells */
  get type() {
    return this.status === 'weak' ? 'wifi' : this.status;
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
    let over = false;
    let end;
    const result = new Promise((resolve, reject) => {
      end = (reason) => {
        over = true;
        reject(new Refusal(reason));
        xhr.abort();
      };
      this.open.add(end);
      this.#run(xhr, exchange, () => over).then(resolve, reject);
    });
    const timer = exchange.timeout ? setTimeout(() => end('timeout'), exchange.timeout) : undefined;
    const finish = () => {
      clearTimeout(timer);
      this.open.delete(end);
    };
    result.then(finish, finish);
    return { result, abort: () => end('abort') };
  }

  async #run(xhr, exchange, isOver) {
    if (this.status === 'none') throw new Refusal(NO_NETWORK);
    await this.#paced(exchange, isOver);
    if (isOver()) throw new Refusal('abort');
    return this.#exchange(xhr, exchange);
  }

  /** On loopback a whole upload is one event; the throttle gives the steps of a real connection. */
  async #paced({ bodySize, onSent }, isOver) {
    if (!this.throttle || !bodySize) return;
    for (let sent = 0; sent < bodySize && !isOver();) {
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
      sent = Math.min(bodySize, sent + Math.ceil((this.throttle * TICK_MS) / 1000));
      if (!isOver() && sent < bodySize) onSent?.(sent, bodySize);
    }
  }

  #exchange(xhr, { method, url, header = {}, body, responseType = 'text', onSent, onReceived, onHeaders }) {
    return new Promise((resolve, reject) => {
      xhr.open(method, this.address(url));
      xhr.responseType = responseType;
      for (const [name, value] of Object.entries(header)) xhr.setRequestHeader(name, value);
      const paced = this.throttle > 0;
      xhr.upload.onprogress = ({ loaded, total }) => (!paced || loaded === total) && onSent?.(loaded, total);
      xhr.onprogress = ({ loaded, total }) => onReceived?.(loaded, total);
      xhr.onreadystatechange = () => xhr.readyState === 2 && onHeaders?.(headersOf(xhr));
      xhr.onerror = () => reject(new Refusal(NO_CONNECTION));
      xhr.onload = () => resolve({ status: xhr.status, body: xhr.response, header: headersOf(xhr) });
      xhr.send(body);
    });
  }
}

/** @param {XMLHttpRequest} xhr @returns {Record<string, string>} */
function headersOf(xhr) {
  const lines = xhr.getAllResponseHeaders().trim().split(/\r?\n/).filter(Boolean);
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
}

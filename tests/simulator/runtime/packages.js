import { Refusal } from './wx/api.js';

const STORAGE_KEY = 'simulator-packages';

/** Subpackages: fetched when they are first needed, or ahead by `preloadRule`, and kept from then on. */
export class Packages {
  /** @param {import('./phone.js').Phone} phone */
  constructor(phone) {
    this.phone = phone;
    /** @type {Set<string>} roots of those that are on the phone */
    this.here = new Set(JSON.parse(globalThis.localStorage?.getItem(STORAGE_KEY) ?? '[]'));
  }

  /**
   * @param {string} path of a page or script
   * @returns {void}
   * @throws {Refusal} where its subpackage is neither here nor to be had
   */
  need(path) {
    const { subPackages } = this.phone.app.config;
    const found = subPackages.find(({ root }) => path.startsWith(`${root}/`));
    if (found) this.#fetch(found.root);
  }

  /** @param {string} page that opens @returns {void} */
  preload(page) {
    const { preloadRule = {}, subPackages } = this.phone.app.config;
    const { network = 'wifi', packages = [] } = preloadRule[page] ?? {};
    const { type } = this.phone.network;
    if (type === 'none' || (network === 'wifi' && type !== 'wifi')) return;
    for (const { root, name } of subPackages) if (packages.includes(root) || packages.includes(name)) this.#fetch(root);
  }

  #fetch(root) {
    if (this.here.has(root)) return;
    if (this.phone.network.type === 'none') throw new Refusal(`subpackage "${root}" could not be loaded`);
    this.here.add(root);
    globalThis.localStorage?.setItem(STORAGE_KEY, JSON.stringify([...this.here]));
  }
}

/** The `wx.onX` and `wx.offX` pairs: several listeners each, called in order. */
export class Listeners {
  /** @param {import('./phone.js').Phone} phone */
  constructor(phone) {
    this.phone = phone;
    /** @type {Map<string, Set<Function>>} */
    this.byName = new Map();
  }

  /** @param {string} name @param {Function} listener @returns {void} */
  add(name, listener) {
    if (typeof listener !== 'function') throw new TypeError(`wx.on${name} wants a function`);
    if (!this.byName.has(name)) this.byName.set(name, new Set());
    this.byName.get(name).add(listener);
  }

  /** @param {string} name @param {Function} [listener] all of them otherwise @returns {void} */
  remove(name, listener) {
    if (listener) this.byName.get(name)?.delete(listener);
    else this.byName.delete(name);
  }

  /** @param {string} name @param {any} detail @returns {number} how many heard it */
  emit(name, detail) {
    const listeners = [...(this.byName.get(name) ?? [])];
    for (const listener of listeners) this.phone.call(listener, undefined, detail);
    return listeners.length;
  }
}

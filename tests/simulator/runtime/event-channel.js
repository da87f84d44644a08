/** Messages between a page and the one that opened it. */
export class EventChannel {
  constructor() {
    /** @type {Map<string, Set<Function>>} */
    this.listeners = new Map();
  }

  /** @param {string} name @param {Function} listener @returns {void} */
  on(name, listener) {
    if (!this.listeners.has(name)) this.listeners.set(name, new Set());
    this.listeners.get(name).add(listener);
  }

  /** @param {string} name @param {Function} listener @returns {void} */
  once(name, listener) {
    const once = (...args) => {
      this.off(name, once);
      listener(...args);
    };
    this.on(name, once);
  }

  /** @param {string} name @param {Function} [listener] @returns {void} */
  off(name, listener) {
    if (listener) this.listeners.get(name)?.delete(listener);
    else this.listeners.delete(name);
  }

  /** @param {string} name @param {...any} args @returns {void} */
  emit(name, ...args) {
    for (const listener of [...(this.listeners.get(name) ?? [])]) listener(...args);
  }
}

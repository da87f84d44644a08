const LANGUAGE = [
  'Object',
  'Array',
  'String',
  'Number',
  'Boolean',
  'Symbol',
  'BigInt',
  'Math',
  'JSON',
  'Date',
  'RegExp',
  'Promise',
  'Proxy',
  'Reflect',
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'ArrayBuffer',
  'DataView',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'Error',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
  'NaN',
  'Infinity',
  'parseInt',
  'parseFloat',
  'isNaN',
  'isFinite',
  'encodeURI',
  'encodeURIComponent',
  'decodeURI',
  'decodeURIComponent',
  'escape',
  'unescape',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'console',
];

/**
 * What mini-program code sees instead of the browser: the language, timers, and what the platform adds.
 * A browser's own names read as undefined, as they do on a phone; names that nobody knows throw.
 */
export class Sandbox {
  /**
   * @param {Record<string, string>} sources script path -> source
   * @param {Record<string, unknown>} platform wx, App, Page and so on
   * @param {(path: string) => void} fetch the subpackage of a script; throws where it cannot be had
   */
  constructor(sources, platform, fetch) {
    this.sources = sources;
    this.fetch = fetch;
    this.loaded = new Map();
    const visible = Object.assign(Object.create(null), platform);
    for (const name of LANGUAGE) visible[name] = bound(name);
    visible.globalThis = visible;
    this.scope = new Proxy(visible, {
      has: (target, name) => name in target || (typeof name === 'string' && name in globalThis),
      get: (target, name) => (typeof name === 'symbol' ? undefined : target[name]),
      set(_, name) {
        throw new ReferenceError(`${String(name)} is not defined`);
      },
    });
  }

  /** @param {string} path @returns {any} the script's exports; it runs once */
  require(path) {
    const known = this.loaded.get(path);
    if (known) return known.exports;
    const source = this.sources[path];
    if (source === undefined) throw new Error(`module '${path}' is not defined`);
    const module = { exports: {} };
    this.loaded.set(path, module);
    try {
      this.#evaluate(path, source)(this.#requireOf(path), module, module.exports);
    } catch (error) {
      this.loaded.delete(path);
      throw error;
    }
    return module.exports;
  }

  /** @param {string} from path of the script that gets it @returns {Function & {async: Function}} */
  #requireOf(from) {
    const require = (target) => this.require(this.#resolve(target, from));
    const later = async (target) => {
      const path = this.#resolve(target, from);
      this.fetch(path);
      return this.require(path);
    };
    return Object.assign(require, { async: later });
  }

  /** `with` needs sloppy code, the script itself is strict; sourceURL keeps its own line numbers. */
  #evaluate(path, source) {
    const text = `(function(scope){with(scope){return function(require,module,exports){'use strict';${source}\n}}})\n//# sourceURL=miniprogram/${path}`;
    return (0, eval)(text)(this.scope);
  }

  #resolve(target, from) {
    const parts = target.startsWith('/') ? [] : from.split('/').slice(0, -1);
    for (const part of target.split('/')) {
      if (part === '..') parts.pop();
      else if (part !== '.' && part !== '') parts.push(part);
    }
    const path = parts.join('/');
    return [path, `${path}.js`, `${path}/index.js`].find((candidate) => candidate in this.sources) ?? path;
  }
}

/** Timers must be called on the window, which the sandbox is not. */
function bound(name) {
  const value = globalThis[name];
  return /^(set|clear)(Timeout|Interval)$/.test(name) ? value.bind(globalThis) : value;
}

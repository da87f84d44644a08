/** Light or dark, from the browser or chosen, and everything that follows from it. */
export class Theme {
  /** @param {import('./phone.js').Phone} phone @param {'light' | 'dark'} [chosen] */
  constructor(phone, chosen) {
    this.phone = phone;
    this.chosen = chosen;
    /** @type {{element: HTMLStyleElement, css: string}[]} */
    this.sheets = [];
    this.query = globalThis.matchMedia?.('(prefers-color-scheme: dark)');
    this.query?.addEventListener('change', () => this.#apply());
    this.shown = this.current;
    phone.root.dataset.theme = this.shown;
  }

  /** @returns {'light' | 'dark'} an app without "darkmode" stays light */
  get current() {
    if (!this.phone.app.config.darkmode) return 'light';
    return this.chosen ?? (this.query?.matches ? 'dark' : 'light');
  }

  /** @param {'light' | 'dark'} theme @returns {void} */
  choose(theme) {
    this.chosen = theme;
    this.#apply();
  }

  /**
   * @template T
   * @param {T} value from app.json or a page's JSON; `@name` stands for a value of theme.json
   * @returns {T}
   */
  resolve(value) {
    if (typeof value !== 'string' || !value.startsWith('@')) return value;
    return /** @type {any} */ (this.phone.app.theme[this.current][value.slice(1)]);
  }

  /** @param {string} css @returns {void} */
  addSheet(css) {
    const element = this.phone.document.createElement('style');
    this.sheets.push({ element, css });
    element.textContent = this.#themed(css);
    this.phone.document.head.append(element);
  }

  #apply() {
    if (this.current === this.shown) return;
    this.shown = this.current;
    this.phone.root.dataset.theme = this.shown;
    for (const { element, css } of this.sheets) element.textContent = this.#themed(css);
    this.phone.router.redraw();
    const detail = { theme: this.shown };
    this.phone.listeners.emit('ThemeChange', detail);
    this.phone.call(this.phone.appInstance?.onThemeChange, this.phone.appInstance, detail);
  }

  /** Media queries ask the browser; the phone's theme may differ from it. */
  #themed(css) {
    return css.replace(/\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)/g, (_, scheme) =>
      scheme === this.current ? '(min-width: 0px)' : '(max-width: 0px)',
    );
  }
}

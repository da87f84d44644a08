/** Everything the platform draws above a page, with roles, so that tests and screen readers reach it. */
export class Dialogs {
  /** @param {import('./phone.js').Phone} phone */
  constructor(phone) {
    this.phone = phone;
    /** @type {HTMLElement | undefined} */
    this.toastElement = undefined;
    this.timer = undefined;
  }

  /**
   * @param {{title: string, content?: string, confirmText?: string, cancelText?: string, showCancel?: boolean,
   *   editable?: boolean, placeholderText?: string}} options
   * @returns {Promise<{confirm: boolean, cancel: boolean, content?: string}>}
   */
  ask({
    title,
    content = '',
    confirmText = '确定',
    cancelText = '取消',
    showCancel = true,
    editable,
    placeholderText,
  }) {
    return new Promise((resolve) => {
      const dialog = this.#open('dialog', title || content);
      if (title) dialog.append(this.#make('h2', title));
      const field = editable ? this.#make('input') : undefined;
      if (field) Object.assign(field, { value: content, placeholder: placeholderText ?? '' });
      dialog.append(field ?? this.#make('p', content));
      const row = this.#make('footer');
      const answer = (confirm) => {
        dialog.parentElement.remove();
        resolve({ confirm, cancel: !confirm, ...(field && confirm && { content: field.value }) });
      };
      if (showCancel) row.append(this.#button(cancelText, () => answer(false)));
      row.append(this.#button(confirmText, () => answer(true), 'primary'));
      dialog.append(row);
      row.lastElementChild.focus();
    });
  }

  /** @param {{title?: string, items: string[]}} options @returns {Promise<number>} index, -1 where cancelled */
  choose({ title, items }) {
    return new Promise((resolve) => {
      const dialog = this.#open('sheet', title ?? '');
      const answer = (index) => {
        dialog.parentElement.remove();
        resolve(index);
      };
      if (title) dialog.append(this.#make('h2', title));
      items.forEach((item, index) => dialog.append(this.#button(item, () => answer(index))));
      dialog.append(this.#button('取消', () => answer(-1)));
    });
  }

  /**
   * @param {string} title
   * @param {{label: string, on: boolean}[]} switches
   * @returns {Promise<boolean[]>} how they stand when the user goes back
   */
  settings(title, switches) {
    return new Promise((resolve) => {
      const dialog = this.#open('settings', title);
      const back = this.#button('返回', () => {
        dialog.parentElement.remove();
        resolve(boxes.map((box) => box.checked));
      });
      dialog.append(back, this.#make('h2', title));
      const boxes = switches.map(({ label, on }) => {
        const row = this.#make('label', label);
        const box = /** @type {HTMLInputElement} */ (this.#make('input'));
        Object.assign(box, { type: 'checkbox', checked: on });
        box.setAttribute('role', 'switch');
        row.append(box);
        dialog.append(row);
        return box;
      });
      if (!boxes.length) dialog.append(this.#make('p', '没有需要授权的功能'));
    });
  }

  /** @param {{urls: string[], current: number}} pictures @returns {void} */
  preview({ urls, current }) {
    let index = current;
    const dialog = this.#open('preview', '图片预览');
    const picture = /** @type {HTMLImageElement} */ (this.#make('img'));
    const show = async () => {
      picture.alt = `${index + 1} / ${urls.length}`;
      await this.phone.pictures.show(picture, urls[index]).catch(() => undefined);
    };
    const turn = (step) => () => {
      index = (index + step + urls.length) % urls.length;
      show();
    };
    dialog.append(picture);
    if (urls.length > 1) dialog.append(this.#button('上一张', turn(-1)), this.#button('下一张', turn(1)));
    dialog.append(this.#button('关闭', () => dialog.parentElement.remove()));
    show();
  }

  /** @param {{title: string, icon?: string, duration?: number, mask?: boolean}} options @returns {void} */
  toast({ title, icon = 'success', duration = 1500, mask = false }) {
    this.hideToast();
    const toast = this.#make('div', title);
    toast.className = `phone-toast phone-toast-${icon}`;
    toast.setAttribute('role', 'status');
    toast.toggleAttribute('data-mask', mask);
    this.phone.root.append(toast);
    this.toastElement = toast;
    if (Number.isFinite(duration)) this.timer = setTimeout(() => this.hideToast(), duration);
  }

  /** @returns {void} */
  hideToast() {
    clearTimeout(this.timer);
    this.toastElement?.remove();
    this.toastElement = undefined;
  }

  #open(kind, label) {
    const layer = this.#make('div');
    layer.className = 'phone-layer';
    const dialog = this.#make('section');
    dialog.className = `phone-dialog phone-${kind}`;
    dialog.setAttribute('role', 'dialog');
    dialog.setAttribute('aria-modal', 'true');
    dialog.setAttribute('aria-label', label);
    layer.append(dialog);
    this.phone.root.append(layer);
    return dialog;
  }

  #button(text, pressed, kind = '') {
    const button = this.#make('button', text);
    button.className = kind;
    button.addEventListener('click', pressed);
    return button;
  }

  /** @param {string} tag @param {string} [text] @returns {any} */
  #make(tag, text = '') {
    const element = this.phone.document.createElement(tag);
    if (text) element.textContent = text;
    return element;
  }
}

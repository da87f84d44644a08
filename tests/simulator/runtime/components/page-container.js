/** @type {import('./common.js').BuiltIn} */
export const pageContainer = {
  tag: 'page-container',
  properties: {
    show: { type: Boolean },
    duration: { type: Number, value: 300 },
    zIndex: { type: Number, value: 100 },
    overlay: { type: Boolean, value: true },
    position: { type: String, value: 'bottom', oneOf: ['top', 'bottom', 'right', 'center'] },
    round: { type: Boolean },
    closeOnSlideDown: { type: Boolean },
    overlayStyle: { type: String },
    customStyle: { type: String },
  },
  events: ['beforeenter', 'enter', 'afterenter', 'beforeleave', 'leave', 'afterleave', 'clickoverlay'],
  mount({ element, phone, emit, change, data }) {
    const area = () => /** @type {HTMLElement | null} */ (element.closest('.phone-page'));
    let page;
    const container = {
      /** Goes away before the page does. */
      leave() {
        change('show', false);
        for (const event of ['beforeleave', 'leave', 'afterleave']) emit(event);
      },
    };
    const forget = () => {
      if (page?.container === container) page.container = undefined;
    };
    return {
      attached() {
        page = phone.router.pageAt(area());
        this.render(data());
      },
      render({ show, overlay, position, customStyle }) {
        element.style.cssText = show ? customStyle : 'display: none';
        element.toggleAttribute('overlay', overlay);
        element.setAttribute('position', position);
        if (!show || !page) return forget();
        if (page.container && page.container !== container)
          phone.report(new Error('a page has one <page-container> at most; the second one does not show'));
        else page.container = container;
      },
      detached: forget,
    };
  },
};

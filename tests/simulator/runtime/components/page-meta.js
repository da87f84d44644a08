/** @type {import('./common.js').BuiltIn} */
export const pageMeta = {
  tag: 'page-meta',
  properties: {
    pageStyle: { type: String },
    pageFontSize: { type: String },
    rootFontSize: { type: String },
    backgroundColor: { type: String },
  },
  events: [],
  mount({ element, phone, data }) {
    const apply = ({ pageStyle, pageFontSize, rootFontSize, backgroundColor }) => {
      const area = /** @type {HTMLElement | null} */ (element.closest('.phone-page'));
      const page = phone.router.pageAt(area);
      const root = /** @type {HTMLElement | null} */ (element.parentElement);
      if (!page || !root) return;
      root.style.cssText = pageStyle;
      if (pageFontSize) root.style.fontSize = size(phone, pageFontSize);
      page.rootFontSize = rootFontSize && size(phone, rootFontSize);
      if (backgroundColor) page.bar.backgroundColor = backgroundColor;
      phone.router.redraw();
    };
    return {
      attached() {
        // A phone reads it only as the page's first node.
        if (!element.closest('.phone-page > :first-child') || element.previousElementSibling)
          phone.report(new Error('<page-meta> must be the first node of a page'));
        apply(data());
      },
      render: apply,
    };
  },
};

/** @returns {string} `system` is the size that the user chose in WeChat */
function size(phone, value) {
  return value === 'system' ? `${phone.wx.getAppBaseInfo().fontSizeSetting}px` : value;
}

const GLYPHS = {
  success: '✓',
  success_no_circle: '✓',
  info: 'i',
  warn: '!',
  waiting: '…',
  cancel: '×',
  download: '↓',
  search: '⌕',
  clear: '×',
};

/** @type {import('./common.js').BuiltIn} */
export const icon = {
  tag: 'icon',
  properties: {
    type: { type: String, oneOf: ['', ...Object.keys(GLYPHS)] },
    size: { type: Number, value: 23 },
    color: { type: String },
  },
  events: [],
  mount({ element }) {
    const glyph = element.ownerDocument.createElement('i');
    glyph.setAttribute('aria-hidden', 'true');
    element.append(glyph);
    return {
      render({ type, size, color }) {
        element.setAttribute('type', type);
        glyph.textContent = GLYPHS[type] ?? '';
        glyph.style.fontSize = `${size}px`;
        glyph.style.color = color;
      },
    };
  },
};

/** @type {import('./common.js').BuiltIn} */
export const progress = {
  tag: 'progress',
  properties: {
    percent: { type: Number },
    showInfo: { type: Boolean },
    strokeWidth: { type: null, value: 6 },
    borderRadius: { type: null, value: 0 },
    fontSize: { type: null, value: 16 },
    color: { type: String, value: '#09bb07' },
    activeColor: { type: String },
    backgroundColor: { type: String, value: '#ebebeb' },
    active: { type: Boolean },
    activeMode: { type: String, value: 'backwards', oneOf: ['backwards', 'forwards'] },
    duration: { type: Number, value: 30 },
  },
  events: ['activeend'],
  mount({ element, emit }) {
    const [bar, inner, info] = ['div', 'div', 'span'].map((tag) => element.ownerDocument.createElement(tag));
    bar.append(inner);
    element.append(bar, info);
    return {
      render(data) {
        const percent = Math.min(100, Math.max(0, data.percent || 0));
        const pixels = (size) => (typeof size === 'number' ? `${size}px` : size);
        bar.style.cssText = `height:${pixels(data.strokeWidth)};border-radius:${pixels(data.borderRadius)};background:${data.backgroundColor}`;
        inner.style.cssText = `width:${percent}%;background:${data.activeColor || data.color}`;
        info.style.fontSize = pixels(data.fontSize);
        info.textContent = data.showInfo ? `${percent}%` : '';
        element.setAttribute('role', data.role || data.ariaRole || 'progressbar');
        if (!data.ariaValuenow) element.setAttribute('aria-valuenow', String(percent));
        if (data.active && percent === 100) emit('activeend', { curPercent: percent });
      },
    };
  },
};

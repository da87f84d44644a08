/** @type {import('./common.js').BuiltIn} */
export const slider = {
  tag: 'slider',
  properties: {
    min: { type: Number, value: 0 },
    max: { type: Number, value: 100 },
    step: { type: Number, value: 1 },
    value: { type: Number, value: 0 },
    disabled: { type: Boolean },
    showValue: { type: Boolean },
    activeColor: { type: String, value: '#1aad19' },
    backgroundColor: { type: String, value: '#e9e9e9' },
    blockSize: { type: Number, value: 28 },
    blockColor: { type: String, value: '#ffffff' },
    name: { type: String },
  },
  events: ['change', 'changing'],
  mount({ element, emit, change }) {
    const range = element.ownerDocument.createElement('input');
    const shown = element.ownerDocument.createElement('span');
    range.type = 'range';
    element.append(range, shown);
    range.addEventListener('input', () => emit('changing', { value: Number(range.value) }));
    range.addEventListener('change', () => {
      change('value', Number(range.value));
      emit('change', { value: Number(range.value) });
    });
    return {
      render({ min, max, step, value, disabled, showValue, activeColor, ariaLabel }) {
        Object.assign(range, { min, max, step, disabled });
        range.value = String(value);
        range.style.accentColor = activeColor;
        if (ariaLabel) range.setAttribute('aria-label', ariaLabel);
        shown.textContent = showValue ? String(value) : '';
      },
    };
  },
};

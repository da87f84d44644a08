import { clickByKeyboard } from './common.js';

/** @type {import('./common.js').BuiltIn} */
export const switchComponent = {
  tag: 'switch',
  properties: {
    checked: { type: Boolean },
    disabled: { type: Boolean },
    type: { type: String, value: 'switch', oneOf: ['switch', 'checkbox'] },
    color: { type: String, value: '#04be02' },
    name: { type: String },
  },
  events: ['change'],
  mount({ element, data, emit, change }) {
    element.addEventListener('click', () => {
      if (data().disabled) return;
      change('checked', !data().checked);
      emit('change', { value: data().checked });
    });
    clickByKeyboard(element);
    return {
      render({ checked, disabled, type, color }) {
        element.setAttribute('role', type);
        element.setAttribute('tabindex', disabled ? '-1' : '0');
        element.setAttribute('type', type);
        element.setAttribute('aria-checked', String(checked));
        element.toggleAttribute('disabled', disabled);
        element.style.setProperty('--switch', color);
      },
    };
  },
};

import { clickByKeyboard } from './common.js';

/** @type {import('./common.js').BuiltIn} */
export const picker = {
  tag: 'picker',
  properties: {
    mode: { type: String, value: 'selector', oneOf: ['selector'] },
    range: { type: Array, value: [] },
    rangeKey: { type: String },
    value: { type: null, value: 0 },
    headerText: { type: String },
    disabled: { type: Boolean },
  },
  events: ['change', 'cancel'],
  mount({ element, phone, emit, change, data }) {
    element.addEventListener('click', async () => {
      const { range, rangeKey, disabled, headerText } = data();
      if (disabled) return;
      const items = range.map((item) => String(rangeKey ? item[rangeKey] : item));
      const index = await phone.dialogs.choose({ title: headerText, items });
      if (index < 0) return emit('cancel', {});
      change('value', index);
      emit('change', { value: String(index) });
    });
    clickByKeyboard(element);
    return {
      render: ({ role, ariaRole }) => {
        element.setAttribute('role', role || ariaRole || 'button');
        element.setAttribute('tabindex', '0');
      },
    };
  },
};

const TYPES = {
  text: 'text',
  number: 'text',
  idcard: 'text',
  digit: 'text',
  nickname: 'text',
  'safe-password': 'password',
};
const INPUT_MODES = { number: 'numeric', digit: 'decimal' };

export const FIELD_PROPERTIES = {
  value: { type: String },
  name: { type: String },
  placeholder: { type: String },
  placeholderStyle: { type: String },
  placeholderClass: { type: String, value: 'input-placeholder' },
  disabled: { type: Boolean },
  maxlength: { type: Number, value: 140 },
  focus: { type: Boolean },
  autoFocus: { type: Boolean },
  cursorSpacing: { type: Number },
  cursor: { type: Number, value: -1 },
  confirmType: { type: String, value: 'done', oneOf: ['send', 'search', 'next', 'go', 'done', 'return'] },
  confirmHold: { type: Boolean },
  adjustPosition: { type: Boolean, value: true },
  holdKeyboard: { type: Boolean },
};

/**
 * What `<input>` and `<textarea>` share: the value both ways, focus, and the platform's events.
 *
 * @param {import('./common.js').MountedNode} node
 * @param {HTMLInputElement | HTMLTextAreaElement} field
 * @returns {(data: Record<string, any>) => void} render
 */
export function mountField({ element, emit, change }, field) {
  element.append(field);
  let focused = false;
  field.addEventListener('input', () => {
    change('value', field.value);
    emit('input', { value: field.value, cursor: field.selectionStart ?? field.value.length, keyCode: 0 });
  });
  field.addEventListener('focus', () => emit('focus', { value: field.value, height: 0 }));
  field.addEventListener('blur', () =>
    emit('blur', { value: field.value, cursor: field.selectionStart ?? 0 }),
  );
  return (data) => {
    if (field.value !== data.value) field.value = data.value;
    field.placeholder = data.placeholder;
    field.style.setProperty('--placeholder', /color:\s*([^;]+)/.exec(data.placeholderStyle)?.[1] ?? '');
    field.disabled = data.disabled;
    if (data.maxlength >= 0) field.maxLength = data.maxlength;
    for (const name of ['aria-label', 'aria-describedby', 'aria-invalid', 'aria-labelledby']) {
      const value = element.getAttribute(name);
      if (value !== null) field.setAttribute(name, value);
    }
    const wanted = data.focus || data.autoFocus;
    if (wanted && !focused) setTimeout(() => field.focus());
    if (!wanted && focused) field.blur();
    focused = wanted;
  };
}

/** @type {import('./common.js').BuiltIn} */
export const input = {
  tag: 'input',
  properties: {
    ...FIELD_PROPERTIES,
    type: { type: String, value: 'text', oneOf: Object.keys(TYPES) },
    password: { type: Boolean },
  },
  events: ['input', 'focus', 'blur', 'confirm', 'keyboardheightchange'],
  mount(node) {
    const field = node.element.ownerDocument.createElement('input');
    const render = mountField(node, field);
    field.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      node.emit('confirm', { value: field.value });
      if (!node.data().confirmHold) field.blur();
    });
    return {
      render(data) {
        field.type = data.password ? 'password' : TYPES[data.type];
        field.inputMode = INPUT_MODES[data.type] ?? 'text';
        render(data);
      },
    };
  },
};

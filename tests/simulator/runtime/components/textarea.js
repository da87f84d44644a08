import { FIELD_PROPERTIES, mountField } from './input.js';

/** @type {import('./common.js').BuiltIn} */
export const textarea = {
  tag: 'textarea',
  properties: {
    ...FIELD_PROPERTIES,
    autoHeight: { type: Boolean },
    fixed: { type: Boolean },
    showConfirmBar: { type: Boolean, value: true },
    disableDefaultPadding: { type: Boolean },
  },
  events: ['input', 'focus', 'blur', 'confirm', 'linechange', 'keyboardheightchange'],
  mount(node) {
    const field = node.element.ownerDocument.createElement('textarea');
    return { render: mountField(node, field) };
  },
};

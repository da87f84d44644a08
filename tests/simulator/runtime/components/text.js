/** @type {import('./common.js').BuiltIn} */
export const text = {
  tag: 'text',
  properties: {
    selectable: { type: Boolean },
    userSelect: { type: Boolean },
    space: { type: String, oneOf: ['', 'ensp', 'emsp', 'nbsp'] },
    decode: { type: Boolean },
    overflow: { type: String, value: 'visible', oneOf: ['clip', 'fade', 'ellipsis', 'visible'] },
    maxLines: { type: Number },
  },
  events: [],
  mount({ element }) {
    return {
      render({ selectable, userSelect, space }) {
        element.toggleAttribute('space', Boolean(space));
        element.toggleAttribute('selectable', selectable || userSelect);
      },
    };
  },
};

/** @type {import('./common.js').BuiltIn} */
export const canvas = {
  tag: 'canvas',
  properties: {
    type: { type: String, oneOf: ['2d'] },
    disableScroll: { type: Boolean },
  },
  events: ['error'],
  mount({ element, phone, data }) {
    const surface = element.ownerDocument.createElement('canvas');
    element.append(surface);
    const node = phone.canvases.node(surface);
    Object.assign(element, { __node: node });
    return {
      attached() {
        if (data().type !== '2d')
          phone.report(
            new Error('simulator: <canvas> without type="2d" is the old interface, it is not here'),
          );
      },
      render({ disableScroll }) {
        element.style.touchAction = disableScroll ? 'none' : '';
      },
    };
  },
};

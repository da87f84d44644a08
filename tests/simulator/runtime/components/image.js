const MODES = [
  'scaleToFill',
  'aspectFit',
  'aspectFill',
  'widthFix',
  'heightFix',
  'top',
  'bottom',
  'center',
  'left',
  'right',
  'top left',
  'top right',
  'bottom left',
  'bottom right',
];

/** @type {import('./common.js').BuiltIn} */
export const image = {
  tag: 'image',
  properties: {
    src: { type: String },
    mode: { type: String, value: 'scaleToFill', oneOf: MODES },
    webp: { type: Boolean },
    lazyLoad: { type: Boolean },
    fadeIn: { type: Boolean },
    showMenuByLongpress: { type: Boolean },
  },
  events: ['load', 'error'],
  mount({ element, phone, emit }) {
    const picture = element.ownerDocument.createElement('img');
    picture.draggable = false;
    element.append(picture);
    let shown = '';
    const show = async (src) => {
      if (src === shown) return;
      shown = src;
      element.removeAttribute('data-natural');
      if (!src) return picture.removeAttribute('src');
      try {
        const size = await phone.pictures.show(picture, src);
        if (shown === src) emit('load', { width: size.width, height: size.height });
      } catch (error) {
        if (shown === src) emit('error', { errMsg: error.message });
      }
    };
    return {
      render({ src, mode, showMenuByLongpress, ariaLabel, role, ariaRole }) {
        picture.alt = '';
        element.toggleAttribute('show-menu-by-longpress', showMenuByLongpress);
        element.setAttribute('mode', mode);
        // A picture without words for it is decoration.
        if (ariaLabel) element.setAttribute('role', role || ariaRole || 'img');
        show(src);
      },
      detached: () => phone.pictures.release(picture),
    };
  },
};

/** @type {import('./common.js').BuiltIn} */
export const coverImage = {
  ...image,
  tag: 'cover-image',
  properties: { src: image.properties.src, mode: image.properties.mode },
};

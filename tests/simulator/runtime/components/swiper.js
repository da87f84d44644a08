/** @type {import('./common.js').BuiltIn} */
export const swiper = {
  tag: 'swiper',
  properties: {
    current: { type: Number },
    duration: { type: Number, value: 500 },
    indicatorDots: { type: Boolean },
    indicatorColor: { type: String, value: 'rgba(0, 0, 0, .3)' },
    indicatorActiveColor: { type: String, value: '#000000' },
  },
  events: ['change', 'animationfinish'],
  mount({ element, emit, change, data }) {
    const dots = element.ownerDocument.createElement('div');
    dots.setAttribute('aria-hidden', 'true');
    element.prepend(dots);
    const items = () => [...element.querySelectorAll(':scope > wx-swiper-item')];
    let shown = 0;
    const arrive = (index, source) => {
      if (index === shown) return;
      shown = index;
      const detail = { current: index, currentItemId: items()[index]?.__itemId?.() ?? '', source };
      draw();
      // A handler's setData must not run inside of the one that turns the swiper.
      setTimeout(() => {
        emit('change', detail);
        emit('animationfinish', detail);
      });
    };
    const draw = () => {
      const { indicatorDots, indicatorColor, indicatorActiveColor } = data();
      const colours = items().map((_, index) => (index === shown ? indicatorActiveColor : indicatorColor));
      dots.replaceChildren(
        ...(indicatorDots ? colours : []).map((background) =>
          Object.assign(element.ownerDocument.createElement('i'), { style: `background: ${background}` }),
        ),
      );
    };
    element.addEventListener('scrollend', () => {
      const index = Math.round(element.scrollLeft / (element.clientWidth || 1));
      if (index === shown) return;
      arrive(index, 'touch');
      change('current', index);
    });
    return {
      attached: () => setTimeout(draw),
      render({ current, duration }) {
        if (current !== shown) {
          element.scrollTo?.({
            left: current * element.clientWidth,
            behavior: duration ? 'smooth' : 'auto',
          });
          arrive(current, '');
        } else draw();
      },
    };
  },
};

/** @type {import('./common.js').BuiltIn} */
export const swiperItem = {
  tag: 'swiper-item',
  properties: { itemId: { type: String } },
  events: [],
  mount({ element, data }) {
    Object.assign(element, { __itemId: () => data().itemId });
    return {};
  },
};

/** @type {import('./common.js').BuiltIn} */
export const scrollView = {
  tag: 'scroll-view',
  properties: {
    scrollX: { type: Boolean },
    scrollY: { type: Boolean },
    upperThreshold: { type: null, value: 50 },
    lowerThreshold: { type: null, value: 50 },
    scrollTop: { type: null },
    scrollLeft: { type: null },
    scrollIntoView: { type: String },
    scrollWithAnimation: { type: Boolean },
    enableBackToTop: { type: Boolean },
    enableFlex: { type: Boolean },
    scrollAnchoring: { type: Boolean },
    showScrollbar: { type: Boolean, value: true },
    enhanced: { type: Boolean },
    bounces: { type: Boolean, value: true },
    fastDeceleration: { type: Boolean },
    pagingEnabled: { type: Boolean },
    type: { type: String, value: 'list', oneOf: ['list'] },
  },
  events: ['scroll', 'scrolltoupper', 'scrolltolower'],
  mount({ element, emit, data }) {
    reportScrolling(element, emit, data);
    const before = { scrollTop: null, scrollLeft: null, scrollIntoView: '' };
    return {
      render(now) {
        element.toggleAttribute('scroll-x', now.scrollX);
        element.toggleAttribute('scroll-y', now.scrollY);
        element.toggleAttribute('enable-flex', now.enableFlex);
        if (now.scrollTop !== before.scrollTop && now.scrollTop !== null)
          element.scrollTop = parseFloat(now.scrollTop);
        if (now.scrollLeft !== before.scrollLeft && now.scrollLeft !== null)
          element.scrollLeft = parseFloat(now.scrollLeft);
        if (now.scrollIntoView && now.scrollIntoView !== before.scrollIntoView) {
          const { scrollIntoView: id, scrollWithAnimation: smooth } = now;
          setTimeout(() =>
            element.querySelector(`#${id}`)?.scrollIntoView?.({ behavior: smooth ? 'smooth' : 'auto' }),
          );
        }
        Object.assign(before, {
          scrollTop: now.scrollTop,
          scrollLeft: now.scrollLeft,
          scrollIntoView: now.scrollIntoView,
        });
      },
    };
  },
};

/** The edge events come once for each arrival at an edge. */
function reportScrolling(element, emit, data) {
  let [left, top, edge] = [0, 0, 'upper'];
  element.addEventListener('scroll', () => {
    const { scrollLeft, scrollTop, scrollWidth, scrollHeight, clientWidth, clientHeight } = element;
    const detail = {
      scrollLeft,
      scrollTop,
      scrollWidth,
      scrollHeight,
      deltaX: left - scrollLeft,
      deltaY: top - scrollTop,
    };
    [left, top] = [scrollLeft, scrollTop];
    emit('scroll', detail);
    const { scrollX, upperThreshold, lowerThreshold } = data();
    const [position, rest] = scrollX
      ? [left, scrollWidth - clientWidth - left]
      : [top, scrollHeight - clientHeight - top];
    const now =
      rest <= parseFloat(lowerThreshold) ? 'lower' : position <= parseFloat(upperThreshold) ? 'upper' : '';
    if (now && now !== edge)
      emit(`scrollto${now}`, {
        direction: { upper: ['top', 'left'], lower: ['bottom', 'right'] }[now][scrollX ? 1 : 0],
      });
    edge = now;
  });
}

import { clickByKeyboard, HOVER, showHover } from './common.js';

const ROUTES = {
  navigate: 'navigateTo',
  redirect: 'redirectTo',
  switchTab: 'switchTab',
  reLaunch: 'reLaunch',
  navigateBack: 'navigateBack',
};

/** @type {import('./common.js').BuiltIn} */
export const navigator = {
  tag: 'navigator',
  properties: {
    ...HOVER,
    hoverClass: { type: String, value: 'navigator-hover' },
    target: { type: String, value: 'self', oneOf: ['self'] },
    url: { type: String },
    openType: { type: String, value: 'navigate', oneOf: Object.keys(ROUTES) },
    delta: { type: Number, value: 1 },
  },
  events: ['success', 'fail', 'complete'],
  mount(node) {
    const { element, phone, emit, data } = node;
    element.addEventListener('click', () => {
      const { openType, url, delta } = data();
      const done = (name) => (result) => emit(name, result);
      phone.wx[ROUTES[openType]]({
        url,
        delta,
        success: done('success'),
        fail: done('fail'),
        complete: done('complete'),
      });
    });
    clickByKeyboard(element);
    showHover(node);
    return {
      render({ role, ariaRole }) {
        element.setAttribute('role', role || ariaRole || 'link');
        element.setAttribute('tabindex', '0');
      },
    };
  },
};

const TARGETS = 'wx-switch, wx-button, wx-input, wx-textarea, wx-slider, wx-radio, wx-checkbox';

/** @type {import('./common.js').BuiltIn} */
export const label = {
  tag: 'label',
  properties: { for: { type: String } },
  events: [],
  mount({ element, data }) {
    element.addEventListener('click', (event) => {
      const root = element.closest('[data-route]') ?? element;
      const target = data().for ? root.querySelector(`#${data().for}`) : element.querySelector(TARGETS);
      if (!target || target.contains(/** @type {Node} */ (event.target))) return;
      const field = target.querySelector('input, textarea');
      if (field) /** @type {HTMLElement} */ (field).focus();
      else /** @type {HTMLElement} */ (target).click();
    });
    return {};
  },
};

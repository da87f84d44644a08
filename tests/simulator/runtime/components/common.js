/** Events that bubble from every element of a page. */
export const COMMON_EVENTS = new Set([
  'tap',
  'longpress',
  'longtap',
  'touchstart',
  'touchmove',
  'touchend',
  'touchcancel',
  'transitionend',
  'animationstart',
  'animationiteration',
  'animationend',
]);

const ARIA = [
  'label',
  'hidden',
  'checked',
  'disabled',
  'live',
  'modal',
  'expanded',
  'selected',
  'pressed',
  'busy',
  'atomic',
  'describedby',
  'labelledby',
  'level',
  'valuenow',
  'valuemin',
  'valuemax',
  'valuetext',
  'required',
  'invalid',
  'haspopup',
  'current',
  'controls',
  'owns',
  'posinset',
  'setsize',
  'roledescription',
  'readonly',
  'relevant',
  'orientation',
  'multiline',
  'multiselectable',
  'placeholder',
  'autocomplete',
  'sort',
  'colcount',
  'rowcount',
];

/** Property -> attribute. Both `role` and `aria-role` give an element its role. */
export const ACCESSIBILITY = new Map([
  ['role', 'role'],
  ['ariaRole', 'role'],
  ...ARIA.map(
    (name) =>
      /** @type {[string, string]} */ ([`aria${name[0].toUpperCase()}${name.slice(1)}`, `aria-${name}`]),
  ),
]);

/**
 * @typedef {object} Property
 * @property {any} type a constructor, or null for any
 * @property {any} [value] the default
 * @property {string[]} [oneOf] every other value is refused
 *
 * @typedef {object} MountedNode what a built-in component has to work with
 * @property {HTMLElement} element the component's own element
 * @property {import('../phone.js').Phone} phone
 * @property {(name: string, detail?: any) => void} emit sends an event that does not bubble
 * @property {(name: string, value: any) => void} change sets a property, so that model: follows
 * @property {(name: string, on: boolean) => void} toggleClass a class of the page's or component's style sheet
 * @property {() => Record<string, any>} data
 * @property {() => any} page the page instance around it
 *
 * @typedef {object} Behaviour
 * @property {(data: Record<string, any>) => void} [render] brings the element up to date
 * @property {() => void} [attached]
 * @property {() => void} [detached]
 *
 * @typedef {object} BuiltIn
 * @property {string} tag
 * @property {Record<string, Property>} properties
 * @property {string[]} events
 * @property {(node: MountedNode) => Behaviour} mount
 */

export const HOVER = {
  hoverClass: { type: String, value: 'none' },
  hoverStopPropagation: { type: Boolean, value: false },
  hoverStartTime: { type: Number, value: 50 },
  hoverStayTime: { type: Number, value: 400 },
};

/**
 * Shows `hover-class` while a finger is down.
 *
 * @param {MountedNode} node
 * @param {() => boolean} [allowed]
 * @returns {void}
 */
export function showHover(node, allowed = () => true) {
  let shown = '';
  const leave = () => {
    if (shown) for (const name of shown.split(/\s+/)) node.toggleClass(name, false);
    shown = '';
  };
  node.element.addEventListener('pointerdown', (event) => {
    const { hoverClass, hoverStopPropagation } = node.data();
    if (hoverStopPropagation) event.stopPropagation();
    if (!allowed() || !hoverClass || hoverClass === 'none') return;
    shown = hoverClass;
    for (const name of shown.split(/\s+/)) node.toggleClass(name, true);
  });
  for (const end of ['pointerup', 'pointercancel', 'pointerleave']) node.element.addEventListener(end, leave);
}

/**
 * Lets Enter and the space bar act as a tap, as a screen reader on a phone does.
 *
 * @param {HTMLElement} element
 * @returns {void}
 */
export function clickByKeyboard(element) {
  element.addEventListener('keydown', (event) => {
    if (event.target === element && (event.key === 'Enter' || event.key === ' ')) {
      event.preventDefault();
      element.click();
    }
  });
}

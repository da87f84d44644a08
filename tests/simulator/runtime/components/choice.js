import { clickByKeyboard } from './common.js';

/** From a radio or a checkbox up to its group. */
const CHOSEN = 'simulator-chosen';

const PROPERTIES = {
  value: { type: String },
  checked: { type: Boolean },
  disabled: { type: Boolean },
  color: { type: String, value: '#09bb07' },
};

/**
 * @param {'radio' | 'checkbox'} role
 * @param {(checked: boolean) => boolean} tapped what a tap makes of it
 * @returns {import('./common.js').BuiltIn['mount']}
 */
function mountChoice(role, tapped) {
  return ({ element, data, change }) => {
    const choice = { data, choose: (checked) => change('checked', checked) };
    Object.assign(element, { __choice: choice });
    element.addEventListener('click', () => {
      const checked = tapped(data().checked);
      if (data().disabled || checked === data().checked) return;
      choice.choose(checked);
      element.dispatchEvent(new CustomEvent(CHOSEN, { bubbles: true }));
    });
    clickByKeyboard(element);
    return {
      render({ checked, disabled, color }) {
        element.setAttribute('role', role);
        element.setAttribute('aria-checked', String(checked));
        element.setAttribute('tabindex', disabled ? '-1' : '0');
        element.toggleAttribute('disabled', disabled);
        element.style.setProperty('--choice', color);
      },
    };
  };
}

/**
 * @param {string} tag of the choices
 * @param {string} role
 * @param {(choices: any[], changed: any, emit: Function) => void} changed
 * @returns {import('./common.js').BuiltIn['mount']}
 */
function mountGroup(tag, role, changed) {
  return ({ element, emit }) => {
    element.setAttribute('role', role);
    element.addEventListener(CHOSEN, (event) => {
      event.stopPropagation();
      const choices = [...element.querySelectorAll(tag)].map((each) => /** @type {any} */ (each).__choice);
      changed(choices, /** @type {any} */ (event.target).__choice, emit);
    });
    return {};
  };
}

/** @type {import('./common.js').BuiltIn} */
export const radio = {
  tag: 'radio',
  properties: PROPERTIES,
  events: [],
  mount: mountChoice('radio', () => true),
};

/** @type {import('./common.js').BuiltIn} */
export const radioGroup = {
  tag: 'radio-group',
  properties: { name: { type: String } },
  events: ['change'],
  mount: mountGroup('wx-radio', 'radiogroup', (choices, chosen, emit) => {
    for (const choice of choices) if (choice !== chosen && choice.data().checked) choice.choose(false);
    emit('change', { value: chosen.data().value });
  }),
};

/** @type {import('./common.js').BuiltIn} */
export const checkbox = {
  tag: 'checkbox',
  properties: PROPERTIES,
  events: [],
  mount: mountChoice('checkbox', (checked) => !checked),
};

/** @type {import('./common.js').BuiltIn} */
export const checkboxGroup = {
  tag: 'checkbox-group',
  properties: { name: { type: String } },
  events: ['change'],
  mount: mountGroup('wx-checkbox', 'group', (choices, _, emit) => {
    const checked = choices.map(({ data }) => data()).filter((data) => data.checked);
    emit('change', { value: checked.map(({ value }) => value) });
  }),
};

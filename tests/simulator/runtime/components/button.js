import { clickByKeyboard, HOVER, showHover } from './common.js';

/** @type {Record<string, (node: import('./common.js').MountedNode) => Promise<void> | void>} */
const OPEN_TYPES = {
  async openSetting({ phone, emit }) {
    emit('opensetting', { authSetting: await phone.scopes.openSettings(), errMsg: 'openSetting:ok' });
  },
  agreePrivacyAuthorization({ element, phone, emit }) {
    phone.privacy.agreeBy(element.id);
    emit('agreeprivacyauthorization', { errMsg: 'agreePrivacyAuthorization:ok' });
  },
  share({ phone, element }) {
    const { dataset } = /** @type {any} */ (element).__wxElement;
    const target = { id: element.id, dataset: { ...dataset } };
    return phone.sharing.toFriend({ from: 'button', target }).then(
      () => undefined,
      (error) => phone.report(error),
    );
  },
};

/** @type {import('./common.js').BuiltIn} */
export const button = {
  tag: 'button',
  properties: {
    ...HOVER,
    hoverClass: { type: String, value: 'button-hover' },
    size: { type: String, value: 'default', oneOf: ['default', 'mini'] },
    type: { type: String, value: 'default', oneOf: ['primary', 'default', 'warn'] },
    plain: { type: Boolean },
    disabled: { type: Boolean },
    loading: { type: Boolean },
    formType: { type: String, oneOf: [''] },
    openType: { type: String, oneOf: ['', ...Object.keys(OPEN_TYPES)] },
  },
  events: ['opensetting', 'agreeprivacyauthorization'],
  mount(node) {
    const { element, data } = node;
    // A phone answers no tap on a disabled button, its children included.
    element.addEventListener('click', (event) => data().disabled && event.stopImmediatePropagation());
    element.addEventListener('click', () => OPEN_TYPES[data().openType]?.(node));
    clickByKeyboard(element);
    showHover(node, () => !data().disabled);
    return {
      attached() {
        if (data().openType) node.phone.singlePage.checkComponent(`<button open-type="${data().openType}">`);
      },
      render({ size, type, plain, disabled, loading, role, ariaRole }) {
        element.setAttribute('role', role || ariaRole || 'button');
        element.setAttribute('tabindex', disabled ? '-1' : '0');
        if (disabled) element.setAttribute('aria-disabled', 'true');
        else element.removeAttribute('aria-disabled');
        element.setAttribute('type', type);
        element.setAttribute('size', size);
        for (const [name, on] of Object.entries({ plain, disabled, loading }))
          element.toggleAttribute(name, on);
      },
    };
  },
};

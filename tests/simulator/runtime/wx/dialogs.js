import { Refusal } from './api.js';

/** @param {import('../phone.js').Phone} phone @param {Function} api @returns {Record<string, any>} */
export function dialogMembers(phone, api) {
  const { dialogs } = phone;
  const icons = ['success', 'error', 'loading', 'none'];
  return {
    showToast: api('showToast', (options) => {
      if (options.icon && !icons.includes(options.icon))
        throw new Refusal(`parameter error: icon "${options.icon}"`);
      dialogs.toast(options);
    }),
    hideToast: api('hideToast', () => dialogs.hideToast()),
    showLoading: api('showLoading', (options) =>
      dialogs.toast({ ...options, icon: 'loading', duration: Infinity }),
    ),
    hideLoading: api('hideLoading', () => dialogs.hideToast()),
    showModal: api('showModal', (options) => dialogs.ask(checkedTexts(options))),
    showActionSheet: api('showActionSheet', async ({ itemList, alertText }) => {
      if (!Array.isArray(itemList) || itemList.length === 0 || itemList.length > 6) {
        throw new Refusal('parameter error: itemList should have 1 to 6 items');
      }
      const tapIndex = await dialogs.choose({ title: alertText, items: itemList });
      if (tapIndex < 0) throw new Refusal('cancel');
      return { tapIndex };
    }),
  };
}

/** A phone fails where a button's text is longer than four characters. */
function checkedTexts(options) {
  for (const name of ['confirmText', 'cancelText']) {
    if ([...(options[name] ?? '')].length > 4)
      throw new Refusal(`${name} length should not larger than 4 Chinese characters`);
  }
  return options;
}

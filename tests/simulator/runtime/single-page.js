import { Refusal } from './wx/api.js';

const SCENE = 1154;

/** What WeChat's documentation of sharing to Moments lists as switched off, as far as the simulator has it. */
const APIS = new Set([
  ...['navigateTo', 'redirectTo', 'reLaunch', 'switchTab', 'navigateBack'],
  ...['setNavigationBarTitle', 'setNavigationBarColor', 'showNavigationBarLoading', 'hideNavigationBarLoading'],
  ...['chooseMedia', 'saveImageToPhotosAlbum', 'showShareMenu', 'hideShareMenu'],
  ...['login', 'authorize', 'openSetting', 'setClipboardData', 'getClipboardData', 'scanCode'],
]);

/**
 * The single-page mode of Moments, scene 1154: one page that others shared, for looking at. A phone answers what it
 * switches off with a toast; here it is a fault as well, since a button that does nothing is one.
 */
export class SinglePage {
  /** @param {import('./phone.js').Phone} phone */
  constructor(phone) {
    this.phone = phone;
    this.on = Number(phone.options.scene) === SCENE;
  }

  /** @returns {string} that keys of the storage begin with: this mode has one of its own */
  get storage() {
    return this.on ? 'single-page:' : '';
  }

  /**
   * @param {string} api
   * @returns {void}
   * @throws {Refusal} where the mode switches it off
   */
  checkApi(api) {
    if (this.on && APIS.has(api)) throw this.#refuse(`wx.${api}`);
  }

  /** @param {string} component such as `<camera>` @returns {void} */
  checkComponent(component) {
    if (this.on) this.#refuse(component);
  }

  /** @param {string} what @returns {Refusal} */
  #refuse(what) {
    this.phone.dialogs.toast({ title: '请前往小程序使用完整服务', icon: 'none' });
    this.phone.report(new Error(`simulator: ${what} is switched off in single-page mode`));
    return new Refusal('not supported in single page mode');
  }
}

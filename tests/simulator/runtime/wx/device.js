import { NAVIGATION_BAR, STATUS_BAR, TAB_BAR } from '../metrics.js';
import { USER_DATA_PATH } from '../files.js';
import { isOlder } from '../sdk-version.js';
import { Refusal } from './api.js';

const NORMAL_FONT_SIZE = 17;
/** Base library whose getNetworkType first told a weak network. */
const WEAK_NET = '3.5.3';

/** @param {import('../phone.js').Phone} phone @param {Function} api @returns {Record<string, any>} what the phone is */
export function deviceMembers(phone, api) {
  const fontSize = Number(phone.options.fontSize ?? NORMAL_FONT_SIZE);
  return {
    env: { USER_DATA_PATH },
    getAppBaseInfo: () => ({
      SDKVersion: phone.sdkVersion,
      version: '8.0.60',
      language: phone.options.language ?? 'zh_CN',
      // Only an app with dark mode is told.
      theme: phone.app.config.darkmode ? phone.theme.current : undefined,
      enableDebug: false,
      host: { env: 'WeChat', appId: '', version: 0 },
      fontSizeSetting: fontSize,
      fontSizeScaleFactor: fontSize / NORMAL_FONT_SIZE,
    }),
    getDeviceInfo: () => ({
      brand: 'simulator',
      model: 'simulator',
      system: 'iOS 18.0',
      platform: 'devtools',
      benchmarkLevel: -1,
      abi: '',
      memorySize: '8192',
    }),
    getWindowInfo: () => windowInfo(phone),
    getMenuButtonBoundingClientRect: () => capsule(phone),
    getNetworkType: api('getNetworkType', () => ({
      networkType: phone.network.type,
      hasSystemProxy: false,
      ...(isOlder(phone.sdkVersion, WEAK_NET) ? {} : { weakNet: phone.network.status === 'weak' }),
    })),
    getSystemSetting: () => ({
      bluetoothEnabled: false,
      locationEnabled: false,
      wifiEnabled: true,
      deviceOrientation: 'portrait',
    }),
    vibrateShort: api('vibrateShort', ({ type }) => {
      if (!['heavy', 'medium', 'light'].includes(type)) throw new Refusal('style is not support');
    }),
    setClipboardData: api('setClipboardData', async ({ data }) => {
      await phone.privacy.need('setClipboardData');
      phone.clipboard = String(data);
      // The browser's own clipboard may be closed to the page; the phone's is not.
      await navigator.clipboard?.writeText(phone.clipboard).catch(() => undefined);
      phone.dialogs.toast({ title: '内容已复制' });
    }),
    getClipboardData: api('getClipboardData', async () => {
      await phone.privacy.need('getClipboardData');
      return { data: phone.clipboard ?? '' };
    }),
    hideKeyboard: api('hideKeyboard', () =>
      /** @type {HTMLElement} */ (phone.document.activeElement)?.blur(),
    ),
  };
}

/** @param {import('../phone.js').Phone} phone @returns {Record<string, any>} lengths in CSS pixels */
function windowInfo(phone) {
  const { width, height } = phone.screen;
  const page = phone.router.current;
  const style =
    page &&
    (page.bar.navigationStyle ??
      phone.app.components[page.path].config.navigationStyle ??
      phone.app.config.window.navigationStyle);
  const top = style === 'custom' ? 0 : STATUS_BAR + NAVIGATION_BAR;
  const windowHeight = height - top - (page && phone.router.isTab(page.path) ? TAB_BAR : 0);
  return {
    pixelRatio: globalThis.devicePixelRatio || 1,
    screenWidth: width,
    screenHeight: height,
    windowWidth: width,
    windowHeight,
    statusBarHeight: STATUS_BAR,
    screenTop: top,
    safeArea: { left: 0, right: width, top: STATUS_BAR, bottom: height, width, height: height - STATUS_BAR },
  };
}

/** @param {import('../phone.js').Phone} phone @returns {Record<string, number>} */
function capsule(phone) {
  const { width } = phone.screen;
  const [buttonWidth, height, top] = [87, 32, STATUS_BAR + 6];
  return {
    width: buttonWidth,
    height,
    top,
    bottom: top + height,
    left: width - 7 - buttonWidth,
    right: width - 7,
  };
}

import { Refusal } from './api.js';

const MENUS = ['shareAppMessage', 'shareTimeline'];

/** @param {import('../phone.js').Phone} phone @param {Function} api @returns {Record<string, any>} login, codes, sharing */
export function openMembers(phone, api) {
  const menus = (change) => (options) => {
    const page = phone.router.current;
    page.hiddenMenus ??= new Set();
    for (const menu of checkedMenus(options)) page.hiddenMenus[change](menu);
  };
  return {
    login: api('login', () => ({ code: phone.loginCode ?? oneTimeCode() })),
    scanCode: api('scanCode', async () => scanned(await nextScan(phone))),
    showShareMenu: api('showShareMenu', menus('delete')),
    hideShareMenu: api('hideShareMenu', menus('add')),
    showShareImageMenu: api('showShareImageMenu', ({ path }) => phone.sharing.picture(path)),
  };
}

/** @returns {string} */
function oneTimeCode() {
  return `simulated-${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`;
}

/** @returns {Promise<any>} what the tester holds before the camera, or what a person types */
async function nextScan(phone) {
  if (phone.scans.length) return phone.scans.shift();
  const { confirm, content } = await phone.dialogs.ask({
    title: '扫码',
    editable: true,
    placeholderText: '码的内容',
  });
  return confirm ? content : null;
}

/** @param {string | null | Record<string, any>} code @returns {Record<string, any>} */
function scanned(code) {
  if (code === null) throw new Refusal('cancel');
  const { result = '', ...fields } = typeof code === 'string' ? { result: code } : code;
  const rawData = btoa(unescape(encodeURIComponent(result)));
  return { result, scanType: 'QR_CODE', charSet: 'UTF-8', rawData, path: '', ...fields };
}

/** @returns {string[]} */
function checkedMenus({ menus = MENUS }) {
  const strange = menus.find((menu) => !MENUS.includes(menu));
  if (strange) throw new Refusal(`parameter error: menus "${strange}"`);
  if (menus.includes('shareTimeline') && !menus.includes('shareAppMessage'))
    throw new Refusal('parameter error: shareTimeline needs shareAppMessage');
  return menus;
}

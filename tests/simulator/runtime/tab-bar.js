/**
 * @param {import('./phone.js').Phone} phone
 * @param {string | undefined} current path of the shown tab; no tab bar without one
 * @returns {void}
 */
export function drawTabBar(phone, current) {
  const { tabBar } = phone.app.config;
  const bar = phone.tabBarElement;
  bar.hidden = !current;
  if (!tabBar || !current) return;
  bar.style.background = phone.theme.resolve(tabBar.backgroundColor) ?? '';
  bar.replaceChildren(...tabBar.list.map((item) => drawTab(phone, tabBar, item, item.pagePath === current)));
}

/** @returns {HTMLButtonElement} */
function drawTab(phone, tabBar, { pagePath, text, iconPath, selectedIconPath }, selected) {
  const button = phone.document.createElement('button');
  const icon = phone.app.assets[(selected && selectedIconPath) || iconPath];
  if (icon) button.append(Object.assign(phone.document.createElement('img'), { src: icon, alt: '' }));
  button.append(text);
  button.style.color = phone.theme.resolve(selected ? tabBar.selectedColor : tabBar.color) ?? '';
  if (selected) button.setAttribute('aria-current', 'page');
  button.addEventListener('click', () => {
    phone.wx.switchTab({ url: `/${pagePath}` });
    phone.call(phone.router.current.instance.onTabItemTap, phone.router.current.instance, { pagePath, text });
  });
  return button;
}

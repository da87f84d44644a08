/**
 * @param {import('./phone.js').Phone} phone
 * @param {import('./router.js').OpenPage} page
 * @param {boolean} canGoBack
 * @returns {void}
 */
export function drawNavigationBar(phone, page, canGoBack) {
  const own = phone.app.components[page.path].config;
  const setting = (name) => page.bar[name] ?? phone.theme.resolve(own[name] ?? phone.app.config.window[name]);
  const { bar, title, back } = phone.bar;
  const background = setting('navigationBarBackgroundColor') ?? '#000000';
  const light = (setting('navigationBarTextStyle') ?? 'white') === 'white';
  bar.hidden = setting('navigationStyle') === 'custom';
  bar.style.background = background;
  bar.style.color = page.bar.frontColor ?? (light ? '#ffffff' : '#000000');
  title.textContent = setting('navigationBarTitleText') ?? '';
  bar.toggleAttribute('data-loading', Boolean(page.bar.loading));
  back.hidden = !canGoBack;
  // Shows where a page is pulled over its end; the page's own colour is WXSS's to set.
  phone.pagesElement.style.backgroundColor = setting('backgroundColor') ?? '';
  phone.document.title = title.textContent || 'Mini-program';
}

/**
 * @param {import('./phone.js').Phone} phone
 * @returns {{bar: HTMLElement, title: HTMLElement, back: HTMLButtonElement}}
 */
export function createNavigationBar(phone) {
  const make = (tag, className) => Object.assign(phone.document.createElement(tag), { className });
  const bar = make('header', 'phone-bar');
  const back = make('button', 'phone-back');
  back.setAttribute('aria-label', '返回');
  back.addEventListener('click', () => phone.router.back());
  const title = make('h1', 'phone-title');
  const capsule = make('span', 'phone-capsule');
  capsule.setAttribute('aria-hidden', 'true');
  capsule.textContent = '•••  ◉';
  bar.append(back, title, capsule);
  return { bar, title, back };
}

/** @param {import('../phone.js').Phone} phone @param {Function} api @returns {Record<string, any>} */
export function navigationMembers(phone, api) {
  const { router } = phone;
  const routes = Object.fromEntries(
    ['navigateTo', 'redirectTo', 'reLaunch', 'switchTab', 'navigateBack'].map((name) => [
      name,
      api(name, (options) => router[name](options)),
    ]),
  );
  const bar = (change) => {
    Object.assign(router.current.bar, change);
    router.redraw();
  };
  return {
    ...routes,
    setNavigationBarTitle: api('setNavigationBarTitle', ({ title }) =>
      bar({ navigationBarTitleText: title }),
    ),
    setNavigationBarColor: api('setNavigationBarColor', ({ frontColor, backgroundColor }) =>
      bar({ frontColor, navigationBarBackgroundColor: backgroundColor }),
    ),
    showNavigationBarLoading: api('showNavigationBarLoading', () => bar({ loading: true })),
    hideNavigationBarLoading: api('hideNavigationBarLoading', () => bar({ loading: false })),
    pageScrollTo: api('pageScrollTo', ({ scrollTop, selector, duration = 300 }) => {
      const { element } = router.current;
      const target = selector ? element.querySelector(selector) : undefined;
      const top = target
        ? target.getBoundingClientRect().top - element.getBoundingClientRect().top + element.scrollTop
        : scrollTop;
      if (element.scrollTo) element.scrollTo({ top, behavior: duration ? 'smooth' : 'auto' });
      else element.scrollTop = top;
    }),
  };
}

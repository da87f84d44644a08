import { createControl } from './control.js';
import { createEnvironment } from './environment.js';
import { entryWith } from './materials.js';
import { listenForGestures } from './gestures.js';
import { createNavigationBar } from './navigation-bar.js';
import { Phone } from './phone.js';
import { parseQuery } from './router.js';
import { Registration } from './registration.js';
import { createWx } from './wx/index.js';

/**
 * Starts a compiled mini-program in an element.
 *
 * @param {import('../compiler/app.js').CompiledApp} app
 * @param {import('./phone.js').PhoneOptions} options
 * @param {HTMLElement} root
 * @returns {Promise<Record<string, any>>} the control surface
 */
async function start(app, options, root) {
  const phone = new Phone(app, options, root);
  draw(phone);
  await phone.files.restore();
  const forwarded = options.forwarded && entryWith(phone, options.forwarded);
  const path = forwarded?.path ?? options.page ?? app.config.entryPagePath ?? app.config.pages[0];
  phone.launch = forwarded ?? {
    path,
    query: parseQuery(options.query ?? ''),
    scene: Number(options.scene ?? 1001),
    referrerInfo: {},
    shareTicket: undefined,
  };
  phone.entry = phone.launch;
  phone.wx = createWx(phone);
  phone.environment = createEnvironment(phone);
  phone.registration = new Registration(phone, phone.environment);
  const control = createControl(phone);
  watchHost(phone);
  try {
    phone.registration.start();
    phone.call(phone.appInstance.onLaunch, phone.appInstance, phone.launch);
    phone.call(phone.appInstance.onShow, phone.appInstance, phone.launch);
    phone.listeners.emit('AppShow', phone.launch);
    if (!app.config.pages.includes(path)) throw new Error(`page "${path}" is not found`);
    phone.router.start(path, options.query ?? '');
  } catch (error) {
    phone.report(error);
  }
  return control;
}

/** @param {import('./phone.js').Phone} phone @returns {void} */
function draw(phone) {
  const { document, root } = phone;
  root.classList.add('phone');
  phone.bar = createNavigationBar(phone);
  phone.pagesElement = Object.assign(document.createElement('main'), { className: 'phone-pages' });
  phone.tabBarElement = Object.assign(document.createElement('nav'), {
    className: 'phone-tabs',
    hidden: true,
  });
  root.replaceChildren(phone.bar.bar, phone.pagesElement, phone.tabBarElement);
  listenForGestures(phone, phone.pagesElement);
}

/** @param {import('./phone.js').Phone} phone @returns {void} */
function watchHost(phone) {
  const { document } = phone;
  document.addEventListener('visibilitychange', () =>
    document.hidden ? phone.router.hide() : phone.router.show(),
  );
  addEventListener('unhandledrejection', ({ reason }) => {
    phone.listeners.emit('UnhandledRejection', { reason });
    phone.call(phone.appInstance?.onUnhandledRejection, phone.appInstance, { reason });
    phone.report(reason?.errMsg ? new Error(`unhandled rejection: ${reason.errMsg}`) : reason);
  });
  addEventListener('error', ({ error }) => error && phone.report(error));
  addEventListener('resize', () =>
    phone.listeners.emit('WindowResize', {
      size: { windowWidth: phone.screen.width, windowHeight: phone.screen.height },
    }),
  );
}

/** @param {string} search of the host page's address @returns {import('./phone.js').PhoneOptions} */
function optionsOf(search) {
  const query = new URLSearchParams(search);
  const options = Object.fromEntries(
    ['theme', 'envVersion', 'server', 'cloud', 'privacy', 'language', 'query', 'scene', 'sdkVersion', 'fontSize']
      .filter((name) => query.has(name))
      .map((name) => [name, query.get(name)]),
  );
  const [page, pageQuery] = (query.get('page') ?? '').split('?');
  if (page) options.page = page.replace(/^\//, '');
  if (pageQuery) options.query = pageQuery;
  if (query.has('undeclared')) options.undeclared = query.get('undeclared').split(',');
  if (query.has('granted'))
    options.scopes = Object.fromEntries(
      query
        .get('granted')
        .split(',')
        .map((scope) => [scope, true]),
    );
  // The dev server's own --server, unless the address says otherwise.
  return { proxy: '/__proxy__/', server: globalThis.__server ?? undefined, ...options };
}

Object.assign(globalThis, { __startSimulator: start, __simulatorOptions: optionsOf });

import { SCOPE_MARK, scopeName } from './style-scope.js';
import { Sandbox } from './sandbox.js';
import { checkValue } from './set-data.js';

const SHARED = new Set(['shared', 'page-shared']);

/** App(), Page(), Component(), Behavior(), and the loading of scripts in the order of a phone. */
export class Registration {
  /** @param {import('./phone.js').Phone} phone @param {ReturnType<import('./environment.js').createEnvironment>} environment */
  constructor(phone, environment) {
    this.phone = phone;
    this.codeSpace = environment.codeSpace;
    this.templates = environment.templates;
    /** @type {string | undefined} the component whose script is running */
    this.current = undefined;
    this.registered = new Set();
    const platform = {
      wx: phone.wx,
      App: (definition) => this.#app(definition),
      Page: (definition) => this.#register('Page', definition),
      Component: (definition) => this.#register('Component', definition),
      Behavior: (definition) => this.#behavior(definition),
      getApp: () => phone.appInstance,
      getCurrentPages: () => phone.router.stack.map(({ instance }) => instance),
    };
    this.sandbox = new Sandbox(phone.app.modules, platform, (path) => phone.packages.need(path));
  }

  /** Runs app.js and styles the app. */
  start() {
    const { styles, modules } = this.phone.app;
    if (styles.app) this.phone.theme.addSheet(styles.app);
    if ('app.js' in modules) this.sandbox.require('app.js');
    this.phone.appInstance ??= {};
  }

  /** @param {string} path of a page or component; what it uses is loaded first @returns {void} */
  load(path) {
    if (this.registered.has(path)) return;
    this.registered.add(path);
    const { config, page, handlers } = this.phone.app.components[path];
    for (const target of Object.values(config.usingComponents)) this.load(target.slice(1));
    this.codeSpace.addComponentStaticConfig(path, { ...config, component: !page });
    this.codeSpace.addCompiledTemplate(path, { groupList: this.templates, content: this.templates[path] });
    this.codeSpace.addStyleSheet(path, undefined, scopeName(path));
    const before = this.current;
    this.current = path;
    this.sandbox.require(`${path}.js`);
    this.current = before;
    const definition = this.codeSpace.getComponentSpace().getComponentByUrlWithoutDefault(path, '');
    if (!definition) throw new Error(`${path}.js calls neither Page nor Component`);
    this.#style(path);
    this.#checkHandlers(path, definition, handlers);
  }

  #app(definition) {
    if (this.phone.appInstance) throw new Error('App() is called twice');
    this.phone.appInstance = definition;
  }

  #register(kind, definition) {
    if (!this.current) throw new Error(`${kind}() outside of a page's or component's script`);
    if (!definition) throw new Error(`${this.current}: ${kind}() without a definition`);
    checkValue(definition.data ?? {}, `${this.current}: data`, []);
    const own = { ...definition, behaviors: withoutPlatformBehaviors(definition.behaviors) };
    this.codeSpace.componentEnv(this.current, (environment) => environment[kind](own));
  }

  #behavior(definition) {
    const own = { ...definition, behaviors: withoutPlatformBehaviors(definition.behaviors) };
    return this.codeSpace.componentEnv(this.current ?? '', ({ Behavior }) => Behavior(own));
  }

  #style(path) {
    const css = this.phone.app.styles[path];
    if (css === undefined) return;
    const shared = SHARED.has(this.codeSpace._$styleIsolationMap[path]);
    const scope = scopeName(path);
    this.phone.theme.addSheet(
      css.replaceAll(`"${SCOPE_MARK}"`, `"${scope}"`).replaceAll(SCOPE_MARK, shared ? '' : `${scope}--`),
    );
  }

  /** A phone complains only when the event comes; a test should know at once. */
  #checkHandlers(path, definition, handlers) {
    definition.prepare();
    const methods = definition.behavior.getMethods();
    for (const name of handlers) {
      if (!(name in methods))
        this.phone.report(new Error(`${path}.wxml: no method "${name}" to handle an event`));
    }
  }
}

/** Native form fields do not exist here; what else the platform offers as a behavior is not there at all. */
function withoutPlatformBehaviors(behaviors = []) {
  return behaviors.filter((behavior) => {
    if (typeof behavior !== 'string') return true;
    if (/^wx:\/\/(form-field|form-field-group|component-export)$/.test(behavior)) return false;
    throw new Error(`simulator: behavior ${behavior} is not implemented`);
  });
}

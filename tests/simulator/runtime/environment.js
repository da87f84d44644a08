import { component as adapterComponent, glassEasel, MiniProgramEnv } from 'glass-easel-miniprogram-adapter';
import { ACCESSIBILITY } from './components/common.js';
import { builtIns } from './components/index.js';
import { platformEvent } from './event-object.js';
import { hostTag } from './host-tag.js';
import { completeSelectorQueries } from './selector-query.js';
import { checkSetData } from './set-data.js';
import { responsiveUnits } from './responsive-units.js';

const HOVER_SEGMENT = 3;

/**
 * Sets up glass-easel for one phone: DOM elements, built-in components, events, errors.
 *
 * @param {import('./phone.js').Phone} phone
 * @returns {{codeSpace: any, backend: any, templates: Record<string, any>}}
 */
export function createEnvironment(phone) {
  reportFaults(phone);
  convertStyleUnits();
  measureInPage(phone);
  checkEverySetData();
  completeSelectorQueries();
  const environment = new MiniProgramEnv();
  const backend = environment.associateBackend(backendContext(phone));
  const codeSpace = environment.createCodeSpace('', true);
  keepIds(codeSpace);
  triggerReady(codeSpace);
  for (const definition of builtIns.values()) defineBuiltIn(codeSpace.getComponentSpace(), definition, phone);
  return { codeSpace, backend, templates: evaluateTemplates(phone) };
}

/** Warnings are faults here: a property that is none, a binding that cannot work. */
function reportFaults(phone) {
  glassEasel.addGlobalErrorListener((error) => {
    phone.report(error);
    return false;
  });
  glassEasel.addGlobalWarningListener((message, related) => {
    phone.report(new Error(`${related?.is ?? related}: ${message}`));
    return false;
  });
}

/** @param {import('./phone.js').Phone} phone @returns {any} */
function backendContext(phone) {
  const context = new glassEasel.CurrentWindowBackendContext();
  const { document } = phone;
  context.document = {
    createElement: (tag) => document.createElement(hostTag(tag)),
    createTextNode: (text) => document.createTextNode(text),
    createDocumentFragment: () => document.createDocumentFragment(),
  };
  // Events come from gestures.js; the framework's own listeners would send them a second time.
  context.setListenerStats = () => undefined;
  context.getContext = (element, callback) => callback(element.__node ?? null);
  return context;
}

/** `style="width: {{n}}rpx"` is known only here. */
function convertStyleUnits() {
  const { setNodeStyle } = glassEasel.Element.prototype;
  glassEasel.Element.prototype.setNodeStyle = function setStyle(style, segment) {
    setNodeStyle.call(this, responsiveUnits(style), segment);
  };
}

/** A page's coordinates begin at its own corner, not at the window's. */
function measureInPage(phone) {
  const { getBoundingClientRect } = glassEasel.Element.prototype;
  glassEasel.Element.prototype.getBoundingClientRect = function measure(callback) {
    const origin = phone.pagesElement.getBoundingClientRect();
    getBoundingClientRect.call(this, ({ left, top, width, height }) =>
      callback({ left: left - origin.left, top: top - origin.top, width, height }),
    );
  };
}

/** @returns {void} */
function checkEverySetData() {
  const { prototype } = adapterComponent.ComponentCaller;
  const { setData } = prototype;
  prototype.setData = function checkedSetData(data, callback) {
    checkSetData(data, this.is);
    setData.call(this, data, callback);
  };
}

/** The adapter prefixes ids and keeps them out of the DOM; aria-describedby and labels need them there. */
function keepIds(codeSpace) {
  const prepare = codeSpace.prepareComponentOptions.bind(codeSpace);
  codeSpace.prepareComponentOptions = (path, options = {}) => {
    const config = codeSpace.getComponentStaticConfig(path);
    if (options.styleIsolation) config.styleIsolation = options.styleIsolation;
    if (options.addGlobalClass) config.addGlobalClass = true;
    const [prepared, isolation] = prepare(path, options);
    return [{ ...prepared, idPrefixGenerator: null, writeIdToDOM: true }, isolation];
  };
}

/** The framework leaves `ready` to its host. */
function triggerReady(codeSpace) {
  const behavior = codeSpace
    .getComponentSpace()
    .define()
    .lifetime('attached', function attached() {
      const node = this._$ ?? this;
      setTimeout(() => glassEasel.Element.isAttached(node) && node.triggerLifetime('ready', []));
    })
    .registerBehavior();
  codeSpace.setOverallBehavior(behavior);
}

/**
 * The compiled templates by path. Each gives handlers the platform's events instead of the framework's.
 *
 * @returns {Record<string, any>}
 */
function evaluateTemplates(phone) {
  const factory = new Function(
    'getRegExp',
    'getDate',
    `${phone.app.templates}\n//# sourceURL=miniprogram/templates.js`,
  );
  const group = factory(
    (pattern, flags) => new RegExp(pattern, flags),
    (...args) => new Date(...args),
  );
  const call = (caller, event, handler) => {
    if (event.getEventName() === 'longpress') phone.longPressed = true;
    handler.call(caller, platformEvent(event));
  };
  for (const [path, content] of Object.entries(group)) {
    const withEvents = (name) => {
      const generate = content(name);
      return (
        generate &&
        ((wrapper, ...rest) => {
          wrapper.setEventListenerWrapper(call);
          return generate(wrapper, ...rest);
        })
      );
    };
    group[path] = Object.assign(withEvents, content);
  }
  return group;
}

/** @returns {void} */
function defineBuiltIn(space, definition, phone) {
  const builder = space.define(hostTag(definition.tag));
  const properties = { ...definition.properties };
  for (const name of ACCESSIBILITY.keys()) properties[name] ??= { type: String };
  properties.hidden ??= { type: Boolean };
  for (const [name, { type, value }] of Object.entries(properties))
    builder.property(name, value === undefined ? { type } : { type, value });
  const instances = new WeakMap();
  builder
    .options({ writeIdToDOM: true, idPrefixGenerator: null })
    .lifetime('created', function created() {
      instances.set(this, definition.mount(mountedNode(this, phone)));
    })
    .observer('**', function changed() {
      show(this, definition, instances.get(this), phone);
    })
    .lifetime('attached', function attached() {
      show(this, definition, instances.get(this), phone);
      instances.get(this).attached?.();
    })
    .lifetime('detached', function detached() {
      instances.get(this).detached?.();
    });
  space.setGlobalUsingComponent(definition.tag, builder.registerComponent());
}

/** @returns {import('./components/common.js').MountedNode} */
function mountedNode(component, phone) {
  return {
    element: component.getBackendElement(),
    phone,
    emit: (name, detail = {}) => component.triggerEvent(name, detail),
    change: (name, value) => component.setData({ [name]: value }),
    toggleClass: (name, on) => component.classList.toggle(name, on, HOVER_SEGMENT),
    data: () => component.data,
    page: () => phone.router.current.instance,
  };
}

/** @returns {void} */
function show(component, definition, behaviour, phone) {
  const { data } = component;
  const element = component.getBackendElement();
  for (const [name, { oneOf }] of Object.entries(definition.properties)) {
    if (oneOf && !oneOf.includes(data[name]) && data[name] !== '') {
      phone.report(
        new Error(
          `simulator: <${definition.tag}> has no ${name}="${data[name]}" (${component.ownerShadowRoot?.getHostNode().is})`,
        ),
      );
    }
  }
  for (const [name, attribute] of ACCESSIBILITY) {
    if (data[name]) element.setAttribute(attribute, data[name]);
    else if (attribute !== 'role' && !definition.properties[name]) element.removeAttribute(attribute);
  }
  element.toggleAttribute('hidden', data.hidden);
  behaviour?.render?.(data);
}

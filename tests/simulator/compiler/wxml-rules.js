import { builtIns } from '../runtime/components/index.js';
import { COMMON_EVENTS } from '../runtime/components/common.js';
import { CompileError } from './compile-error.js';
import { openingTags } from './wxml-tags.js';

const STRUCTURE = new Set(['block', 'template', 'import', 'include', 'slot', 'wxs']);
const COMMON = new Set(['id', 'class', 'style', 'hidden', 'slot']);
const EVENT = /^(?:capture-bind|capture-catch|mut-bind|bind|catch):?([\w-]+)$/;

/**
 * Refuses tags, properties, values and events that the simulator (and mostly the phone) does not know.
 *
 * @param {string} file
 * @param {string} source
 * @param {Set<string>} components tags that `usingComponents` declares
 * @returns {string[]} names of the event handlers that the template names literally
 */
export function checkTags(file, source, components) {
  const handlers = [];
  for (const tag of openingTags(source)) {
    const builtIn = builtIns.get(tag.name);
    if (!builtIn && !STRUCTURE.has(tag.name) && !components.has(tag.name)) {
      throw new CompileError(
        `<${tag.name}> is no component: usingComponents does not declare it and the simulator has none`,
        file,
        tag.line,
      );
    }
    for (const attribute of tag.attributes) {
      const event = EVENT.exec(attribute.name)?.[1];
      if (event && attribute.value && !attribute.value.includes('{{')) handlers.push(attribute.value.trim());
      if (builtIn) checkAttribute(file, tag, attribute, builtIn, event);
      else if (components.has(tag.name)) refuseAria(file, tag, attribute);
    }
  }
  return [...new Set(handlers)];
}

function checkAttribute(file, tag, attribute, builtIn, event) {
  const { name, value, line } = attribute;
  if (event) {
    if (!COMMON_EVENTS.has(event) && !builtIn.events.includes(event)) {
      throw new CompileError(`<${tag.name}> has no event "${event}"`, file, line);
    }
    return;
  }
  if (COMMON.has(name) || name === 'role' || /^(aria-|data-|wx:|mark:|generic:|change:|slot:)/.test(name))
    return;
  const property = camelCase(name.replace(/^model:/, ''));
  const known = builtIn.properties[property];
  if (!known) throw new CompileError(`the simulator's <${tag.name}> has no "${name}"`, file, line);
  if (known.oneOf && value !== undefined && !value.includes('{{') && !known.oneOf.includes(value)) {
    throw new CompileError(
      `the simulator's <${tag.name}> has no ${name}="${value}" (it has ${known.oneOf.filter(Boolean).join(', ')})`,
      file,
      line,
    );
  }
}

/** A phone drops these on a component's own element; they belong on an element inside. */
function refuseAria(file, tag, { name, line }) {
  if (name.startsWith('aria-') || name === 'role') {
    throw new CompileError(
      `${name} has no effect on the component <${tag.name}>; write it on an element inside`,
      file,
      line,
    );
  }
}

/** @param {string} name @returns {string} */
function camelCase(name) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}

import { builtIns } from '../components/index.js';
import { forgetNewer } from '../sdk-version.js';
import { appMembers } from './app.js';
import { asynchronous, strict } from './api.js';
import { cameraMembers } from './camera.js';
import { canvasMembers } from './canvas.js';
import { cloudMembers } from './cloud.js';
import { deviceMembers } from './device.js';
import { dialogMembers } from './dialogs.js';
import { fileMembers } from './file-system.js';
import { inferenceMembers } from './inference.js';
import { mediaMembers } from './media.js';
import { navigationMembers } from './navigation.js';
import { networkMembers } from './network.js';
import { openMembers } from './open.js';
import { permissionMembers } from './permissions.js';
import { selectionMembers } from './selection.js';
import { storageMembers } from './storage.js';

/**
 * The whole `wx` of one phone. What is not in it throws when it is touched: code that runs here must not
 * rest on something that only seems to be there.
 *
 * @param {import('../phone.js').Phone} phone
 * @returns {Record<string, any>}
 */
export function createWx(phone) {
  const api = (name, implementation) => asynchronous(phone, name, implementation);
  const parts = [
    appMembers,
    cameraMembers,
    canvasMembers,
    cloudMembers,
    deviceMembers,
    dialogMembers,
    fileMembers,
    inferenceMembers,
    mediaMembers,
    navigationMembers,
    networkMembers,
    openMembers,
    permissionMembers,
    selectionMembers,
    storageMembers,
  ];
  const members = Object.assign({}, ...parts.map((part) => part(phone, api)));
  forgetNewer(members, phone.sdkVersion);
  members.canIUse = (schema) => canIUse(members, schema);
  Object.assign(members, phone.options.wx);
  for (const [name, member] of Object.entries(members)) {
    if (typeof member === 'function') members[name] = logged(phone, name, member);
  }
  return strict('wx', members);
}

/** @returns {Function} the member, every call of which is written down */
function logged(phone, name, member) {
  return (...args) => {
    phone.calls.push({ name, args });
    return member(...args);
  };
}

/** @param {Record<string, any>} members @param {string} schema as the platform defines it @returns {boolean} */
function canIUse(members, schema) {
  const [name, attribute, option] = schema.split('.');
  if (members[name]) return true;
  const component = builtIns.get(name);
  if (!component || attribute === undefined) return Boolean(component);
  const property = component.properties[attribute.replace(/-(.)/g, (_, letter) => letter.toUpperCase())];
  if (!property) return component.events.includes(attribute.replace(/^bind/, ''));
  return option === undefined || !property.oneOf || property.oneOf.includes(option);
}

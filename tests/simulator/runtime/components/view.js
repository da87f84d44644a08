import { HOVER, showHover } from './common.js';

/** @type {import('./common.js').BuiltIn} */
export const view = {
  tag: 'view',
  properties: HOVER,
  events: [],
  mount(node) {
    showHover(node);
    return {};
  },
};

/** @type {import('./common.js').BuiltIn} */
export const coverView = { ...view, tag: 'cover-view', properties: { scrollTop: { type: Number } } };

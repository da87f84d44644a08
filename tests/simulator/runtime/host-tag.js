/**
 * The DOM element of a WXML tag. Tags such as `<button>` mean something else in HTML, so everything that
 * is not a custom element's name already gets a prefix; built-in components get it always.
 *
 * @param {string} tag
 * @returns {string}
 */
export function hostTag(tag) {
  return tag.includes('-') && !DASHED_BUILT_INS.has(tag) ? tag : `wx-${tag}`;
}

const DASHED_BUILT_INS = new Set([
  'scroll-view',
  'cover-view',
  'cover-image',
  'radio-group',
  'checkbox-group',
  'swiper-item',
  'page-meta',
]);

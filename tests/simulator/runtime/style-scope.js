/** Stands in compiled CSS where a component's scope comes. */
export const SCOPE_MARK = '_scope_';

/**
 * A short readable prefix for class names: `components/photo-card/photo-card` -> `components-photo-card`.
 *
 * @param {string} path
 * @returns {string}
 */
export function scopeName(path) {
  const parts = path.split('/');
  if (parts.at(-1) === parts.at(-2) || parts.at(-1) === 'index') parts.pop();
  return parts.join('-');
}

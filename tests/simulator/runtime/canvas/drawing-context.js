import { METHODS, PROPERTIES } from './context-members.js';

/**
 * A 2D context as mini-program code sees it: with the platform's members only, and without a way from its
 * canvas into the browser.
 *
 * @param {any} inner the browser's context, or what records in its place
 * @param {object} canvas that the mini-program knows
 * @param {(value: any) => any} unwrap gives the browser's own picture or canvas for the mini-program's
 * @returns {any}
 */
export function drawingContext(inner, canvas, unwrap) {
  const refuse = (key) => {
    throw new Error(`simulator: CanvasRenderingContext2D.${key} is not implemented`);
  };
  return new Proxy(
    {},
    {
      get(_, key) {
        if (typeof key === 'symbol' || key === 'then') return undefined;
        if (key === 'canvas') return canvas;
        if (METHODS.has(key)) return (...args) => inner[key](...args.map(unwrap));
        return key in PROPERTIES ? inner[key] : refuse(key);
      },
      set(_, key, value) {
        if (!(String(key) in PROPERTIES)) refuse(String(key));
        inner[key] = value;
        return true;
      },
    },
  );
}

import { component as adapterComponent } from 'glass-easel-miniprogram-adapter';

const FIELDS = ['id', 'dataset', 'mark', 'rect', 'size', 'scrollOffset', 'properties', 'node'];

/**
 * Adds what the framework's selector queries lack: `fields({node: true})` and `.node()`. A field that
 * they would leave out without a word is refused.
 *
 * @returns {void}
 */
export function completeSelectorQueries() {
  const { prototype } = adapterComponent.ComponentCaller;
  const query = prototype.createSelectorQuery.call({});
  const nodes = Object.getPrototypeOf(query.select(''));
  nodes.node = function node(callback) {
    return this.fields({ node: true }, callback);
  };
  Object.getPrototypeOf(query)._$push = function push(selector, component, single, fields, callback) {
    for (const name of Object.keys(fields)) {
      if (!FIELDS.includes(name)) throw new Error(`simulator: the field "${name}" is not implemented`);
    }
    this._$queue.push({
      component,
      selector,
      single,
      // The framework's name for it; the backend says what it is.
      fields: { ...fields, context: fields.node },
      cb(found) {
        if (fields.node) for (const one of single ? [found] : found) rename(one);
        callback(found);
      },
    });
  };
}

/** @param {{context?: any, node?: any} | null} found @returns {void} */
function rename(found) {
  if (!found) return;
  found.node = found.context;
  delete found.context;
}

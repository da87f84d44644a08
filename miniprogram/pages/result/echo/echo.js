// @ts-check
const { asFailure } = require('../../../services/http/failure');
const { currentServer } = require('../../../services/server/address');
const { echo } = require('../../../services/api/echo');
const { fill, texts } = require('../../../texts/texts');

/**
 * @typedef {import('../../../services/api/echo').EchoedPhoto} EchoedPhoto
 *
 * @typedef {object} Own  state that is not rendered
 * @property {EchoedPhoto | null} echoed
 * @property {import('../../../services/http/task').Task<EchoedPhoto> | null} task
 */

/** @type {WeakMap<object, Own>} */
const owned = new WeakMap();

/**
 * @param {object} component
 * @returns {Own}
 */
function own(component) {
  const found = owned.get(component) || { echoed: null, task: null };
  owned.set(component, found);
  return found;
}

/**
 * Toggles between the photo and the server's echo of it, for developers; fetched on the first tap.
 *
 * Events: `picture` with `path` and `caption` of the server's picture, both '' to return to the photo.
 */
Component({
  properties: {
    photo: { type: String, value: '' },
  },
  data: {
    t: texts().result,
    state: /** @type {'none' | 'fetching' | 'shown'} */ ('none'),
    message: '',
  },
  lifetimes: {
    attached() {
      this.setData({ t: texts().result });
    },
    detached() {
      const { task } = own(this);
      own(this).task = null;
      if (task) task.cancel();
    },
  },
  methods: {
    toggle() {
      if (this.data.state === 'fetching') return;
      if (this.data.state === 'shown') this.back();
      else this.showOrFetch(own(this).echoed);
    },

    /** @param {EchoedPhoto | null} echoed */
    showOrFetch(echoed) {
      if (echoed) this.show(echoed);
      else this.fetch();
    },

    /** Returns to the photo. */
    back() {
      if (this.data.state !== 'shown') return;
      this.setData({ state: 'none' });
      this.triggerEvent('picture', { path: '', caption: '' });
    },

    fetch() {
      this.setData({ state: 'fetching', message: '' });
      const task = echo(currentServer(), this.data.photo);
      own(this).task = task;
      task.promise.then(
        (echoed) => this.show(echoed),
        (thrown) => {
          if (own(this).task !== task) return;
          const reason = texts().failures[asFailure(thrown).kind];
          this.setData({ state: 'none', message: fill(this.data.t.failed, reason) });
        }
      );
    },

    /** @param {EchoedPhoto} echoed */
    show(echoed) {
      own(this).echoed = echoed;
      this.setData({ state: 'shown' });
      const { path, width, height } = echoed;
      this.triggerEvent('picture', { path, caption: `${this.data.t.echoed} · ${width} × ${height}` });
    },
  },
});

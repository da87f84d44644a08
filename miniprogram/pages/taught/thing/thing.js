// @ts-check
const { texts } = require('../../../texts/texts');

/** @type {import('../items').Item} */
const NOTHING = {
  ...{ key: '', id: '', name: '', cover: '', initial: '', photos: [], about: '', enough: false },
  labels: { add: '', photos: '', rename: '', remove: '' },
};

/**
 * A taught thing: its cover, its name, how sure it is, and what can be done with it.
 *
 * Events: `add`, `photos`, `rename` and `remove`, with the `key` of its row.
 */
Component({
  properties: {
    /** Item, see ../items.js */
    item: { type: Object, value: NOTHING },
  },
  data: {
    t: texts().teaching.taught,
    missing: false,
  },
  lifetimes: {
    attached() {
      this.setData({ t: texts().teaching.taught });
    },
  },
  observers: {
    'item.cover'() {
      if (this.data.missing) this.setData({ missing: false });
    },
  },
  methods: {
    miss() {
      this.setData({ missing: true });
    },

    add() {
      this.triggerEvent('add', { key: this.data.item.key });
    },

    look() {
      if (this.data.item.photos.length) this.triggerEvent('photos', { key: this.data.item.key });
    },

    rename() {
      this.triggerEvent('rename', { key: this.data.item.key });
    },

    remove() {
      this.triggerEvent('remove', { key: this.data.item.key });
    },
  },
});

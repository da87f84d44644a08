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
    /** Whether it has photos to look at. */
    active: false,
  },
  lifetimes: {
    attached() {
      this.setData({ t: texts().teaching.taught });
    },
  },
  observers: {
    'item.photos'(/** @type {number[]} */ photos) {
      this.setData({ active: photos.length > 0 });
    },
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
      if (this.data.active) this.triggerEvent('photos', { key: this.data.item.key });
    },

    rename() {
      this.triggerEvent('rename', { key: this.data.item.key });
    },

    remove() {
      this.triggerEvent('remove', { key: this.data.item.key });
    },
  },
});

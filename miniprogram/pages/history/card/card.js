// @ts-check
const { texts } = require('../../../texts/texts');

/**
 * A past result: a small picture, its name and its day.
 *
 * Events: `open` and `remove`, with the `id` of the result.
 */
Component({
  properties: {
    /** Item, see ../items.js */
    item: { type: Object, value: /** @type {import('../items').Item | {id: string}} */ ({ id: '' }) },
    editing: { type: Boolean, value: false },
  },
  data: {
    t: texts().history,
    taughtMark: texts().teaching.result.mark,
    missing: false,
  },
  lifetimes: {
    attached() {
      this.setData({ t: texts().history, taughtMark: texts().teaching.result.mark });
    },
  },
  observers: {
    'item.photo'() {
      if (this.data.missing) this.setData({ missing: false });
    },
  },
  methods: {
    miss() {
      this.setData({ missing: true });
    },

    open() {
      this.triggerEvent('open', { id: this.data.item.id });
    },

    remove() {
      this.triggerEvent('remove', { id: this.data.item.id });
    },
  },
});

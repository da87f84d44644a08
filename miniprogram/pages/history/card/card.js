// @ts-check
const { fill, texts } = require('../../../texts/texts');

/**
 * A past result: a small picture with its name, and a star for favourites or, while results are selected, a check box.
 *
 * Events: `open` and `hold` (a long press), with the `id` of the result; `favourite`, with `id` and what it is to be.
 */
Component({
  properties: {
    /** Item, see ../cells.js */
    item: {
      type: Object,
      value: /** @type {import('../cells').Item | {id: string, name: string, favourite: boolean}} */ ({
        id: '',
        name: '',
        favourite: false,
      }),
    },
    selecting: { type: Boolean, value: false },
    /** Whether it is selected. */
    chosen: { type: Boolean, value: false },
  },
  data: {
    t: texts().history,
    taughtMark: texts().teaching.result.mark,
    favouriteLabel: '',
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
    'item.name'(/** @type {string} */ name) {
      this.setData({ favouriteLabel: fill(texts().history.favouriteLabel, { name }) });
    },
  },
  methods: {
    miss() {
      this.setData({ missing: true });
    },

    open() {
      this.triggerEvent('open', { id: this.data.item.id });
    },

    hold() {
      this.triggerEvent('hold', { id: this.data.item.id });
    },

    favour() {
      const { id, favourite } = this.data.item;
      this.triggerEvent('favourite', { id, favourite: !favourite });
    },
  },
});

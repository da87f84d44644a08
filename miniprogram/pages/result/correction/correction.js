// @ts-check
const { texts } = require('../../../texts/texts');
const { TYPED_LETTERS } = require('../../../services/history/history');

/**
 * Asks what it really is: one of the names, or another one, typed.
 *
 * Events: `correct` with the `id` of a class or a `text`; `close`.
 */
Component({
  properties: {
    /** Row[], see ../ranking/rows.js */
    rows: { type: Array, value: [] },
  },
  data: {
    t: texts().result,
    letters: TYPED_LETTERS,
    draft: '',
    /** Whether something typed is there to be kept. */
    ready: false,
  },
  lifetimes: {
    attached() {
      this.setData({ t: texts().result });
    },
  },
  methods: {
    /** @param {WechatMiniprogram.TouchEvent} event */
    choose({ currentTarget }) {
      this.triggerEvent('correct', { id: currentTarget.dataset.id });
    },

    /** @param {WechatMiniprogram.Input} event */
    type({ detail: { value } }) {
      this.setData({ draft: value, ready: value.trim() !== '' });
    },

    keep() {
      if (this.data.ready) this.triggerEvent('correct', { text: this.data.draft.trim() });
    },

    close() {
      this.triggerEvent('close');
    },
  },
});

// @ts-check
const { texts } = require('../../../texts/texts');
const { TYPED_LETTERS } = require('../../../services/history/history');

/**
 * Lets the user correct a result: with one of the predicted names, or a typed one.
 *
 * Events: `correct` with the `id` of a class or a `text`; `teach`; `close`.
 */
Component({
  properties: {
    /** Row[], see ../ranking/rows.js */
    rows: { type: Array, value: [] },
    /** Whether the server can be taught. */
    teaching: { type: Boolean, value: false },
  },
  data: {
    t: texts().result,
    again: '',
    letters: TYPED_LETTERS,
    draft: '',
    /** Whether there is a typed name to save. */
    ready: false,
  },
  lifetimes: {
    attached() {
      const { result, teaching } = texts();
      this.setData({ t: result, again: teaching.result.again });
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

    teach() {
      this.triggerEvent('teach');
    },

    close() {
      this.triggerEvent('close');
    },
  },
});

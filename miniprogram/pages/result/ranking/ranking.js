// @ts-check

/**
 * The predicted names with bars for their probabilities, most probable first; see rows.js.
 *
 * Events: `look` with the `id` of a class whose name was tapped; `read` with that of one whose card is wanted.
 */
Component({
  properties: {
    /** Row[] */
    rows: { type: Array, value: [] },
    /** The model that answered, as a sentence. */
    by: { type: String, value: '' },
    heading: { type: String, value: '' },
    /** Whether the first name is the result, and shown large. */
    lead: { type: Boolean, value: true },
    /** Sentence about what a tap on a name does; if empty, names are not buttons. */
    hint: { type: String, value: '' },
    /** Id of the class whose heat map is shown. */
    looked: { type: String, value: '' },
    /** Mark of taught things. */
    taughtMark: { type: String, value: '' },
    /** Whether names that have a card lead to it. */
    cards: { type: Boolean, value: false },
  },
  methods: {
    /** @param {WechatMiniprogram.TouchEvent} event */
    look({ currentTarget }) {
      if (this.data.hint) this.triggerEvent('look', { id: currentTarget.dataset.id });
    },

    /** @param {WechatMiniprogram.TouchEvent} event */
    read({ currentTarget }) {
      this.triggerEvent('read', { id: currentTarget.dataset.id });
    },
  },
});

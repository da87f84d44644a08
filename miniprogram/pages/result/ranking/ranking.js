// @ts-check

/**
 * The names with their probabilities as bars, most probable first; see rows.js.
 *
 * Events: `look` with the `id` of a class whose name was tapped.
 */
Component({
  properties: {
    /** Row[] */
    rows: { type: Array, value: [] },
    /** The model that answered, as a sentence. */
    by: { type: String, value: '' },
    heading: { type: String, value: '' },
    /** Whether the first name is the answer, and so large. */
    lead: { type: Boolean, value: true },
    /** What a tap on a name does, as a sentence; without one a name is no button. */
    hint: { type: String, value: '' },
    /** Id of the class that is looked at. */
    looked: { type: String, value: '' },
  },
  methods: {
    /** @param {WechatMiniprogram.TouchEvent} event */
    look({ currentTarget }) {
      if (this.data.hint) this.triggerEvent('look', { id: currentTarget.dataset.id });
    },
  },
});

// @ts-check
const { fill, texts } = require('../../../texts/texts');

/** @typedef {import('./rows').Row} Row */

/**
 * The predicted names with bars for their probabilities, most probable first; see rows.js. Negligible guesses are left
 * out.
 *
 * Events: `look` with the `id` of a class whose name was tapped; `read` with that of one whose card is wanted.
 */
Component({
  properties: {
    /** Row[] */
    rows: { type: Array, value: /** @type {Row[]} */ ([]) },
    heading: { type: String, value: '' },
    /** Whether the first name is the result, and shown large. */
    lead: { type: Boolean, value: true },
    /** Whether a tap on a name shows its heat map; if not, names are not buttons. */
    active: { type: Boolean, value: false },
    /** Whether unlikely guesses are folded into a row that shows them. */
    folding: { type: Boolean, value: false },
    /** Id of the class whose heat map is shown. */
    looked: { type: String, value: '' },
    /** Mark of taught things. */
    taughtMark: { type: String, value: '' },
    /** Whether names that have a card lead to it. */
    cards: { type: Boolean, value: false },
  },
  data: {
    shown: /** @type {Row[]} */ ([]),
    /** Text of the row that unfolds the others; '' if nothing is folded. */
    more: '',
    unfolded: false,
  },
  observers: {
    'rows, folding, unfolded'(/** @type {Row[]} */ rows, /** @type {boolean} */ folding, /** @type {boolean} */ unfolded) {
      const worth = rows.filter(({ likelihood }) => likelihood !== 'negligible');
      const shown = folding && !unfolded ? worth.filter(({ likelihood }) => likelihood === 'likely') : worth;
      const count = worth.length - shown.length;
      this.setData({ shown, more: count ? fill(texts().result.lessLikely, { count }) : '' });
    },
  },
  methods: {
    /** @param {WechatMiniprogram.TouchEvent} event */
    look({ currentTarget }) {
      if (this.data.active) this.triggerEvent('look', { id: currentTarget.dataset.id });
    },

    unfold() {
      this.setData({ unfolded: true });
    },

    /** @param {WechatMiniprogram.TouchEvent} event */
    read({ currentTarget }) {
      this.triggerEvent('read', { id: currentTarget.dataset.id });
    },
  },
});

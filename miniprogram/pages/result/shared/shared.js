// @ts-check
const { inLanguage } = require('../../../services/text/display-names');
const { rowsOf } = require('../ranking/rows');
const { texts } = require('../../../texts/texts');
const { unsureOf } = require('../words');

/**
 * A result that somebody shared: names and probabilities without the photo, which stays on the other phone.
 *
 * Events: `shoot` for a photo of one's own.
 */
Component({
  properties: {
    /** Shared, see ../share.js */
    result: { type: Object, value: null },
    /** Whether nothing may lead to another page, as in Moments. */
    alone: { type: Boolean, value: false },
  },
  data: {
    t: texts().result,
    rows: /** @type {import('../ranking/rows').Row[]} */ ([]),
    sure: true,
    unsure: { title: '', sentence: '' },
    corrected: /** @type {import('../../../services/text/display-names').Names | null} */ (null),
    heading: '',
  },
  observers: {
    result(/** @type {import('../share').Shared | null} */ result) {
      if (!result) return;
      const t = texts().result;
      const { confident, corrected, predictions } = result;
      this.setData({
        t,
        rows: rowsOf(predictions),
        sure: confident,
        unsure: unsureOf(result),
        corrected: corrected && inLanguage(corrected.name),
        heading: corrected ? t.guesses : confident ? t.results : t.maybe,
      });
    },
  },
  methods: {
    shoot() {
      this.triggerEvent('shoot');
    },
  },
});

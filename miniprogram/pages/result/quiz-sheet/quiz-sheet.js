// @ts-check
const { fill, texts } = require('../../../texts/texts');

/**
 * Two ways to quiz a friend about a result.
 *
 * Events: `poster` for a picture to share, `close`. A share of the first button has `data-quiz`.
 */
Component({
  properties: {
    /** Names to choose from. */
    count: { type: Number, value: 0 },
    /** Whether the poster is being drawn. */
    drawing: { type: Boolean, value: false },
    /** Line below the buttons. */
    message: { type: String, value: '' },
  },
  data: {
    t: texts().quiz,
    sentence: '',
  },
  observers: {
    count(/** @type {number} */ count) {
      const t = texts().quiz;
      this.setData({ t, sentence: fill(t.startSentence, { count }) });
    },
  },
  methods: {
    poster() {
      this.triggerEvent('poster');
    },

    close() {
      this.triggerEvent('close');
    },
  },
});

// @ts-check
const { texts } = require('../../../texts/texts');

/**
 * What else can be done with a result.
 *
 * Events: `resend`, `quiz`, `save`, `copy`, `enlarge`, `remove`; `close`.
 */
Component({
  properties: {
    /** Whether the file of the photo is gone: then there is nothing to enlarge. */
    missing: { type: Boolean, value: false },
    /** Whether it makes a quiz. */
    quiz: { type: Boolean, value: false },
    /** Whether the phone recognised it by itself: the server may know better. */
    offline: { type: Boolean, value: false },
  },
  data: {
    t: texts().result,
    quizTexts: texts().quiz,
  },
  lifetimes: {
    attached() {
      this.setData({ t: texts().result, quizTexts: texts().quiz });
    },
  },
  methods: {
    resend() {
      this.triggerEvent('resend');
    },

    quiz() {
      this.triggerEvent('quiz');
    },

    save() {
      this.triggerEvent('save');
    },

    copy() {
      this.triggerEvent('copy');
    },

    enlarge() {
      this.triggerEvent('enlarge');
    },

    remove() {
      this.triggerEvent('remove');
    },

    close() {
      this.triggerEvent('close');
    },
  },
});

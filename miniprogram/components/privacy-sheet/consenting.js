// @ts-check

/**
 * The page's side of the privacy sheet: `<privacy-sheet bindopen="onConsent" bindclose="onConsentEnd" />`, and
 * `aria-hidden="{{consenting}}"` on what is behind it.
 */
const consenting = Behavior({
  data: {
    /** Whether the privacy sheet is open. */
    consenting: false,
  },
  methods: {
    onConsent() {
      this.setData({ consenting: true });
    },

    onConsentEnd() {
      this.setData({ consenting: false });
    },
  },
});

module.exports = { consenting };

// @ts-check

/**
 * The page's side of a class card: `bindread="read"` where a class is chosen, and in the page's root
 * `<class-card wx:if="{{reading}}" class-id="{{reading}}" bindclose="closeCard" />`.
 */
const reading = Behavior({
  data: {
    /** Id of the class whose card is open. */
    reading: '',
  },
  methods: {
    /** @param {WechatMiniprogram.CustomEvent<{id: string}>} event  id of a class */
    read({ detail: { id } }) {
      this.setData({ reading: id });
    },

    closeCard() {
      this.setData({ reading: '' });
    },
  },
});

module.exports = { reading };

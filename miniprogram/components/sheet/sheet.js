// @ts-check

/**
 * A panel that rises from the bottom of `.page-root`, with a slot and below it the slot `foot`: what does not fit
 * scrolls, the buttons in `foot` stay in sight. A tap outside closes it, and so do the back key and a swipe from
 * the edge: WeChat lets them close an open page-container, here an empty one, before they close the page.
 */
Component({
  options: { multipleSlots: true },
  properties: {
    heading: { type: String, value: '' },
  },
  methods: {
    close() {
      this.triggerEvent('close');
    },
    /** Keeps a tap inside from reaching the shade. */
    hold() {},
  },
});

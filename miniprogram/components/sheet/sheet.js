// @ts-check

/** A panel that rises from the bottom of `.page-root`. Tapping beside it closes it. */
Component({
  properties: {
    heading: { type: String, value: '' },
  },
  methods: {
    close() {
      this.triggerEvent('close');
    },
    /** A tap inside is none beside. */
    hold() {},
  },
});

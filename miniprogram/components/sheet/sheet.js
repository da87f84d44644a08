// @ts-check

/** A panel that rises from the bottom of `.page-root`. A tap outside closes it. */
Component({
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

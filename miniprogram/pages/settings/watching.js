// @ts-check
const { resume, suspend, unwatch } = require('./watch');

/** Behavior of a component that watches a server: the watch rests while the page is hidden, and ends with the component. */
const watching = Behavior({
  lifetimes: {
    detached() {
      unwatch(this);
    },
  },
  pageLifetimes: {
    show() {
      resume(this);
    },
    hide() {
      suspend(this);
    },
  },
});

module.exports = { watching };

// @ts-check
const { ENOUGH } = require('../../services/teaching/book');

/**
 * @param {number} count  photos that were taught
 * @returns {{number: number, full: boolean}[]} one part for each photo that it takes
 */
function partsOf(count) {
  return Array.from({ length: ENOUGH }, (_, index) => ({ number: index + 1, full: index < count }));
}

/** How many of the photos are there that make a taught thing sure enough. The text beside it says the same. */
Component({
  properties: {
    count: { type: Number, value: 0 },
  },
  data: {
    parts: partsOf(0),
  },
  observers: {
    count(/** @type {number} */ count) {
      this.setData({ parts: partsOf(count) });
    },
  },
});

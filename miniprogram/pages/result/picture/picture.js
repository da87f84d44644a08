// @ts-check
const { dotsFor, drawHeat } = require('./heat');
const { fitted } = require('./fitted');
const { wxPromise } = require('../../../services/device/wx-promise');
const { texts } = require('../../../texts/texts');

/**
 * @typedef {import('../../../contract').Explanation} Explanation
 *
 * @typedef {object} Own  state that is not rendered
 * @property {Explanation | null} explanation
 * @property {import('./fitted').Size | null} photo  pixels
 * @property {() => void} turned  listener for rotation of the phone
 */

/** @type {WeakMap<object, Own>} */
const owned = new WeakMap();

/**
 * @param {object} component
 * @returns {Own}
 */
function own(component) {
  const found = owned.get(component) || { explanation: null, photo: null, turned() {} };
  owned.set(component, found);
  return found;
}

/**
 * The photo with an optional heat map. It fills what it lies in. A long press on the photo opens WeChat's own menu, with
 * its search.
 *
 * Events: `off` when the heat map is tapped.
 */
Component({
  properties: {
    src: { type: String, value: '' },
    label: { type: String, value: '' },
    busy: { type: Boolean, value: false },
    /** Whether the heat map passed to `show` is visible. */
    heated: { type: Boolean, value: false },
    /** Percent; opacity of the heat map. */
    strength: { type: Number, value: 100 },
  },
  data: {
    t: texts().result,
    missing: false,
    /** Style of the canvas: the rectangle of the photo inside the frame. */
    place: '',
  },
  observers: {
    src() {
      this.setData({ missing: false, place: '' });
    },
  },
  lifetimes: {
    attached() {
      this.setData({ t: texts().result });
      own(this).turned = () => void this.lay();
      wx.onWindowResize(own(this).turned);
    },
    detached() {
      wx.offWindowResize(own(this).turned);
    },
  },
  methods: {
    /** @param {Explanation} explanation */
    async show(explanation) {
      own(this).explanation = explanation;
      await this.lay();
      await this.draw();
    },

    /** @param {WechatMiniprogram.ImageLoad} event */
    loaded({ detail: { width, height } }) {
      own(this).photo = { width: Number(width), height: Number(height) };
      this.lay().then(() => this.draw());
    },

    failed() {
      this.setData({ missing: true });
    },

    /** @returns {boolean} whether the file is gone */
    isMissing() {
      return this.data.missing;
    },

    /** Places the canvas over the photo, which fills the frame in one direction only. */
    async lay() {
      const { photo } = own(this);
      const frame = await this.measured('.frame', { size: true });
      if (!photo || !frame || !frame.width) return;
      const { left, top, width, height } = fitted(frame, photo);
      const place = `left: ${left}px; top: ${top}px; width: ${width}px; height: ${height}px`;
      if (place !== this.data.place) this.setData({ place });
    },

    async draw() {
      const { explanation, photo } = own(this);
      if (!explanation || !photo) return;
      const found = await this.measured('.heat', { node: true, size: true });
      if (!found || !found.node) return;
      const canvas = found.node;
      const dots = dotsFor(photo);
      if (canvas.width !== dots.width) canvas.width = dots.width;
      if (canvas.height !== dots.height) canvas.height = dots.height;
      drawHeat(canvas.getContext('2d'), dots, explanation);
    },

    /**
     * @param {string} selector
     * @param {{size?: boolean, node?: boolean}} fields
     * @returns {Promise<any>} null if there is none
     */
    measured(selector, fields) {
      return new Promise((resolve) => {
        this.createSelectorQuery().select(selector).fields(fields, resolve).exec();
      });
    },

    tap() {
      if (this.data.heated) this.triggerEvent('off');
      else this.enlarge();
    },

    /** Opens the photo in WeChat's viewer, which can zoom and has the menu of a long press. */
    enlarge() {
      if (!this.data.missing) wxPromise(wx.previewImage, { urls: [this.data.src] }).catch(() => {});
    },
  },
});

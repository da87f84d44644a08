// @ts-check
const { isCloudServer } = require('../../../services/server/address');
const { isRelease } = require('../../../services/device/device-info');
const { texts } = require('../../../texts/texts');

/** @returns {string[]} paragraphs; the echo is for developers only */
function paragraphs() {
  const { sent, live, heat, echo, corrections, taught, phone, login, cloud } = texts().settings.privacy;
  const byCloud = isCloudServer();
  return [sent, live, heat, ...(isRelease() || byCloud ? [] : [echo]), corrections, taught, phone, byCloud ? cloud : login];
}

/**
 * A sheet about what happens to photos and data.
 *
 * Events: `close`.
 */
Component({
  data: {
    t: texts().settings.privacy,
    paragraphs: /** @type {string[]} */ ([]),
  },
  lifetimes: {
    attached() {
      this.setData({ t: texts().settings.privacy, paragraphs: paragraphs() });
    },
  },
  methods: {
    close() {
      this.triggerEvent('close');
    },
  },
});

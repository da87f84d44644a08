// @ts-check
const { isSinglePage } = require('./services/device/device-info');
const { logError } = require('./services/device/error-log');
const { receiveForwarded } = require('./services/device/forwarded-photos');
const { watchNetwork } = require('./services/device/network');
const { offerUpdates } = require('./services/device/updates');

App({
  onLaunch() {
    watchNetwork();
    if (!isSinglePage()) offerUpdates();
  },

  /** @param {import('./services/device/forwarded-photos').EnterOptions} options */
  onShow(options) {
    receiveForwarded(options);
  },

  onError(message) {
    logError(message);
  },

  onUnhandledRejection({ reason }) {
    logError(reason);
  },
});

// @ts-check
const { isSinglePage } = require('./services/device/device-info');
const { logError } = require('./services/device/error-log');
const { offerUpdates } = require('./services/device/updates');

App({
  onLaunch() {
    if (!isSinglePage()) offerUpdates();
  },

  onError(message) {
    logError(message);
  },

  onUnhandledRejection({ reason }) {
    logError(reason);
  },
});

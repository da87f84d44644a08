// @ts-check
const { wxPromise } = require('./wx-promise');

/** The last event, for base libraries whose wx.getNetworkType does not have `weakNet`, which came with 3.5.3. */
let weak = false;

/** Listens for a weak connection, from the start of the app on. */
function watchNetwork() {
  // From base library 2.21.0 on.
  if (!wx.onNetworkWeakChange) return;
  wx.onNetworkWeakChange(({ weakNet }) => {
    weak = weakNet;
  });
}

/** @returns {Promise<boolean>} whether each byte counts; false if the phone cannot find out */
async function isWeakNetwork() {
  try {
    const { networkType, weakNet = weak } = await wxPromise(wx.getNetworkType, {});
    return weakNet || networkType === '2g' || networkType === '3g';
  } catch {
    return weak;
  }
}

module.exports = { watchNetwork, isWeakNetwork };

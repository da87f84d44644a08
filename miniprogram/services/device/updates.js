// @ts-check
const { confirm } = require('./confirm');
const { texts } = require('../../texts/texts');

/**
 * Offers to restart once WeChat has downloaded a new version, which otherwise starts to count with the next cold start.
 */
function offerUpdates() {
  if (!wx.getUpdateManager) return;
  const updates = wx.getUpdateManager();
  updates.onUpdateReady(async () => {
    const { later, restart, sentence, title } = texts().update;
    if (await confirm(title, sentence, restart, later)) updates.applyUpdate();
  });
}

module.exports = { offerUpdates };

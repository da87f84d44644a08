// @ts-check
const { en } = require('./en');
const { speaksChinese } = require('../../texts/texts');
const { zh } = require('./zh');

/** @returns {import('./zh').OfflineTexts} in the user's language */
function offlineTexts() {
  return speaksChinese() ? zh : en;
}

module.exports = { offlineTexts };

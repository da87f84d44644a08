// @ts-check
const { consenting } = require('../../components/privacy-sheet/consenting');
const { beginAnewInSettings, showTitle } = require('../../services/device/navigation');
const { chooseLanguage, languageChoice } = require('../../services/text/language');
const { currentServer } = require('../../services/server/address');
const { showPrivacyContract } = require('../../services/device/privacy');
const { texts } = require('../../texts/texts');
const { textScale } = require('../../services/device/device-info');

/** @typedef {import('../../services/text/language').Choice} Choice */

/**
 * Each language has its own name in every language.
 *
 * @param {string} system  name of the choice to follow WeChat
 * @returns {{choice: Choice, name: string}[]}
 */
function languages(system) {
  return [
    { choice: 'system', name: system },
    { choice: 'zh', name: '中文' },
    { choice: 'en', name: 'English' },
  ];
}

/** Texts of the page itself; its components have their own. */
function ownTexts() {
  const { title, language, privacy } = texts().settings;
  return { title, language, privacy };
}

Page({
  behaviors: [consenting],

  data: {
    t: ownTexts(),
    scale: 1,
    languages: languages(''),
    choice: /** @type {Choice} */ ('system'),
    /** Whether the sheet about photos and data is open. */
    reading: false,
    server: '',
  },

  onLoad() {
    this.setData({
      t: ownTexts(),
      scale: textScale(),
      languages: languages(texts().settings.languageSystem),
      choice: languageChoice(),
      server: currentServer(),
    });
  },

  onShow() {
    showTitle(this.data.t.title);
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  speak({ currentTarget }) {
    /** @type {Choice} */
    const choice = currentTarget.dataset.choice;
    if (choice === this.data.choice) return;
    const stored = chooseLanguage(choice);
    if (!stored) wx.showToast({ title: texts().settings.notStored, icon: 'none' });
    beginAnewInSettings();
  },

  /** @param {WechatMiniprogram.CustomEvent<{server: string}>} event  with the new address */
  onServer({ detail: { server } }) {
    this.setData({ server });
    this.count();
  },

  /** Refreshes the storage usage. */
  count() {
    this.selectComponent('#stored').count();
  },

  readStatement() {
    this.setData({ reading: true });
  },

  closeStatement() {
    this.setData({ reading: false });
  },

  async readContract() {
    if (await showPrivacyContract()) return;
    wx.showToast({ title: this.data.t.privacy.contractFailed, icon: 'none' });
  },
});

// @ts-check

/**
 * The language: the user's choice in the settings, else that of WeChat.
 *
 * @typedef {'zh' | 'en'} Spoken
 * @typedef {'system' | Spoken} Choice
 */

const STORAGE_KEY = 'language';

/** @type {Choice | null} null until the storage was read */
let chosen = null;

/** @returns {Choice} */
function storedChoice() {
  const stored = wx.getStorageSync(STORAGE_KEY);
  return stored === 'zh' || stored === 'en' ? stored : 'system';
}

/** @returns {Choice} `system` unless the user chose one */
function languageChoice() {
  if (chosen === null) chosen = storedChoice();
  return chosen;
}

/**
 * Takes effect when texts are read again; pages that are open keep theirs.
 *
 * @param {Choice} choice
 * @returns {boolean} false if it could not be stored: then it ends with the session
 */
function chooseLanguage(choice) {
  chosen = choice;
  try {
    if (choice === 'system') wx.removeStorageSync(STORAGE_KEY);
    else wx.setStorageSync(STORAGE_KEY, choice);
    return true;
  } catch {
    return false;
  }
}

/** @returns {string | undefined} as WeChat spells it: zh_CN, zh_TW, en, … */
function language() {
  const choice = languageChoice();
  return choice === 'system' ? wx.getAppBaseInfo().language : choice;
}

module.exports = { languageChoice, chooseLanguage, language };

// @ts-check

/**
 * The language that the person chose here, before the one that WeChat is set to.
 *
 * @typedef {'zh' | 'en'} Spoken
 * @typedef {'system' | Spoken} Choice
 */

const STORAGE_KEY = 'language';

/** @type {Choice | null} null until the storage was looked at */
let chosen = null;

/** @returns {Choice} */
function storedChoice() {
  const stored = wx.getStorageSync(STORAGE_KEY);
  return stored === 'zh' || stored === 'en' ? stored : 'system';
}

/** @returns {Choice} `system` unless the person chose one */
function languageChoice() {
  if (chosen === null) chosen = storedChoice();
  return chosen;
}

/**
 * Counts from now on for what asks anew. Pages that are open do not.
 *
 * @param {Choice} choice
 * @returns {boolean} false where it could not be stored: then it ends with the session
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

/** @returns {string | undefined} as WeChat names languages: zh_CN, zh_TW, en, … */
function language() {
  const choice = languageChoice();
  return choice === 'system' ? wx.getAppBaseInfo().language : choice;
}

module.exports = { languageChoice, chooseLanguage, language };

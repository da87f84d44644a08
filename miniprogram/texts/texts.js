// @ts-check
const { en } = require('./en');
const { zh } = require('./zh');

/** @typedef {import('./zh').Texts} Texts */

/**
 * @param {string | undefined} language  as WeChat names it: zh_CN, zh_TW, zh_HK, en, …
 * @returns {boolean} whether Chinese is shown; also where WeChat names none
 */
function isChinese(language) {
  return !language || /^zh/i.test(language);
}

/**
 * @param {string | undefined} language
 * @returns {Texts}
 */
function textsFor(language) {
  return isChinese(language) ? zh : en;
}

/** @returns {Texts} in the language that WeChat is set to */
function texts() {
  return textsFor(wx.getAppBaseInfo().language);
}

/** @returns {boolean} */
function speaksChinese() {
  return isChinese(wx.getAppBaseInfo().language);
}

/**
 * @param {string} template  with places such as {model}
 * @param {Record<string, string | number>} values
 * @returns {string}
 */
function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
}

module.exports = { texts, textsFor, speaksChinese, fill };

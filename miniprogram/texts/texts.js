// @ts-check
const { en } = require('./en');
const { language } = require('../services/text/language');
const { zh } = require('./zh');

/** @typedef {import('./zh').Texts} Texts */

/**
 * @param {string | undefined} named  as WeChat spells it: zh_CN, zh_TW, zh_HK, en, …
 * @returns {boolean} whether to show Chinese; true if WeChat sends none
 */
function isChinese(named) {
  return !named || /^zh/i.test(named);
}

/**
 * @param {string | undefined} named
 * @returns {Texts}
 */
function textsFor(named) {
  return isChinese(named) ? zh : en;
}

/**
 * Called by each page and component when it is created, never when a script is loaded: the language may
 * change later.
 *
 * @returns {Texts} in the language that the user chose, else in that of WeChat
 */
function texts() {
  return textsFor(language());
}

/** @returns {boolean} */
function speaksChinese() {
  return isChinese(language());
}

/**
 * @param {string} template  with placeholders such as {model}
 * @param {Record<string, string | number>} values
 * @returns {string}
 */
function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
}

module.exports = { texts, textsFor, speaksChinese, fill };

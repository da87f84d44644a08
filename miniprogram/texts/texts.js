// @ts-check
const { en } = require('./en');
const { language } = require('../services/text/language');
const { zh } = require('./zh');

/** @typedef {import('./zh').Texts} Texts */

/**
 * @param {string | undefined} named  as WeChat names it: zh_CN, zh_TW, zh_HK, en, …
 * @returns {boolean} whether Chinese is shown; also where WeChat names none
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
 * Asked by each page and component when it is made, never by a script when it is loaded: another language may be
 * chosen later.
 *
 * @returns {Texts} in the language that the person chose, else that WeChat is set to
 */
function texts() {
  return textsFor(language());
}

/** @returns {boolean} */
function speaksChinese() {
  return isChinese(language());
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

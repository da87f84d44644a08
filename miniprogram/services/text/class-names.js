// @ts-check
const { CLASSES } = require('../../labels/imagenet');

/**
 * @param {string} id  which may come from anybody, such as `constructor`
 * @returns {boolean} whether it is one of ImageNet's classes, which have a card and a place in the atlas
 */
function isKnownClass(id) {
  return Object.prototype.hasOwnProperty.call(CLASSES, id);
}

/**
 * @param {string} id
 * @returns {import('../../contract').Name | null} null if the package has no such class
 */
function nameOfClass(id) {
  const [zh, en] = (isKnownClass(id) && CLASSES[id]) || [];
  return zh && en ? { zh, en } : null;
}

module.exports = { isKnownClass, nameOfClass };

// @ts-check
const { promised } = require('./promised');

/**
 * @param {string} title
 * @param {string} content
 * @param {string} yes  four letters at most, as `no`
 * @param {string} no
 * @returns {Promise<boolean>} whether the person says yes
 */
async function confirmed(title, content, yes, no) {
  const { confirm } = await promised(wx.showModal, { title, content, confirmText: yes, cancelText: no });
  return confirm;
}

module.exports = { confirmed };

// @ts-check
const { wxPromise } = require('./wx-promise');

/**
 * @param {string} title
 * @param {string} content
 * @param {string} yes  four letters at most, as `no`
 * @param {string} no
 * @returns {Promise<boolean>} whether the person says yes
 */
async function confirm(title, content, yes, no) {
  const answer = await wxPromise(wx.showModal, { title, content, confirmText: yes, cancelText: no });
  return answer.confirm;
}

module.exports = { confirm };

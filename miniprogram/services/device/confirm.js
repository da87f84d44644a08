// @ts-check
const { wxPromise } = require('./wx-promise');

/**
 * Shows a dialog with two buttons. One that does not open counts as not confirmed, so that nobody waits for it.
 *
 * @param {string} title
 * @param {string} content
 * @param {string} yes  at most four characters, as `no`
 * @param {string} no
 * @returns {Promise<boolean>} whether the user confirmed
 */
async function confirm(title, content, yes, no) {
  try {
    const answer = await wxPromise(wx.showModal, { title, content, confirmText: yes, cancelText: no });
    return answer.confirm;
  } catch (error) {
    console.warn(error);
    return false;
  }
}

module.exports = { confirm };

// @ts-check
const { wxPromise } = require('./wx-promise');

/** Readable on WeChat's light dialog and on its dark one, which no variable of ours reaches. */
const RED = '#d54941';

/**
 * Shows a dialog with two buttons. One that does not open counts as not confirmed, so that nobody waits for it.
 *
 * @param {string} title
 * @param {string} content
 * @param {string} yes  at most four characters, as `no`
 * @param {string} no
 * @returns {Promise<boolean>} whether the user confirmed
 */
function confirm(title, content, yes, no) {
  return asked({ title, content, confirmText: yes, cancelText: no });
}

/**
 * As `confirm`, for what cannot be undone: the button is red.
 *
 * @param {string} title
 * @param {string} content
 * @param {string} yes  at most four characters, as `no`
 * @param {string} no
 * @returns {Promise<boolean>} whether the user confirmed
 */
function confirmDeletion(title, content, yes, no) {
  return asked({ title, content, confirmText: yes, cancelText: no, confirmColor: RED });
}

/**
 * @param {WechatMiniprogram.ShowModalOption} options
 * @returns {Promise<boolean>}
 */
async function asked(options) {
  try {
    const answer = await wxPromise(wx.showModal, options);
    return answer.confirm;
  } catch (error) {
    console.warn(error);
    return false;
  }
}

module.exports = { confirm, confirmDeletion };

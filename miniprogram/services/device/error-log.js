// @ts-check

/**
 * @param {unknown} error  a text, an Error, or the platform's `{errMsg}`
 * @returns {string}
 */
function textOf(error) {
  if (error instanceof Error) return error.stack || error.message;
  return typeof error === 'string' ? error : JSON.stringify(error);
}

/**
 * Writes an error that nobody caught into WeChat's realtime log, which operators read in the console under 开发管理 →
 * 运维中心 → 实时日志. Base libraries before 2.7.1 have none.
 *
 * @param {unknown} error
 */
function logError(error) {
  if (wx.getRealtimeLogManager) wx.getRealtimeLogManager().error(textOf(error));
}

module.exports = { logError };

// @ts-check
const { promised } = require('./promised');

/**
 * @typedef {'scope.camera' | 'scope.writePhotosAlbum'} Scope
 * @typedef {'granted' | 'refused' | 'unasked'} Permission
 */

/**
 * @param {WechatMiniprogram.AuthSetting} setting
 * @param {Scope} scope
 * @returns {Permission}
 */
function read(setting, scope) {
  const granted = setting[scope];
  if (granted === undefined) return 'unasked';
  return granted ? 'granted' : 'refused';
}

/**
 * What the person answered so far; asks nothing.
 *
 * @param {Scope} scope
 * @returns {Promise<Permission>}
 */
function permission(scope) {
  return promised(wx.getSetting, {}).then(
    ({ authSetting }) => read(authSetting, scope),
    () => 'unasked'
  );
}

/**
 * Opens WeChat's settings page, the only way back after a refusal. To be called from a tap.
 *
 * @param {Scope} scope
 * @returns {Promise<Permission>} as the person leaves it
 */
function changePermission(scope) {
  return promised(wx.openSetting, {}).then(
    ({ authSetting }) => read(authSetting, scope),
    () => permission(scope)
  );
}

module.exports = { permission, changePermission };

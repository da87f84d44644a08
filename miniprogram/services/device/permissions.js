// @ts-check
const { wxPromise } = require('./wx-promise');

/**
 * @typedef {'scope.camera' | 'scope.writePhotosAlbum'} Scope
 * @typedef {'granted' | 'refused' | 'unasked'} Permission
 * @typedef {Record<Scope, Permission>} Permissions
 */

/**
 * @param {{authSetting: WechatMiniprogram.AuthSetting}} result
 * @returns {Permissions}
 */
function read({ authSetting }) {
  const state = (/** @type {Scope} */ scope) =>
    authSetting[scope] === undefined ? 'unasked' : authSetting[scope] ? 'granted' : 'refused';
  return { 'scope.camera': state('scope.camera'), 'scope.writePhotosAlbum': state('scope.writePhotosAlbum') };
}

/** @returns {Promise<Permissions | null>} without requesting any; null if the platform fails */
function permissions() {
  return wxPromise(wx.getSetting, {}).then(read, () => null);
}

/**
 * @param {Scope} scope
 * @returns {Promise<Permission>} `unasked` if the platform fails
 */
async function permission(scope) {
  const all = await permissions();
  return all ? all[scope] : 'unasked';
}

/**
 * Opens WeChat's settings page, the only way back after a refusal. Call it from a tap handler.
 *
 * @param {Scope} scope
 * @returns {Promise<Permission>} after the user left the page
 */
function changePermission(scope) {
  return wxPromise(wx.openSetting, {}).then(
    (result) => read(result)[scope],
    () => permission(scope)
  );
}

/**
 * Opens WeChat's settings page. Call it from a tap handler.
 *
 * @returns {Promise<boolean>} whether it opened
 */
function openPermissions() {
  return wxPromise(wx.openSetting, {}).then(
    () => true,
    () => false
  );
}

module.exports = { permission, permissions, changePermission, openPermissions };

// @ts-check
const { wxPromise } = require('./wx-promise');

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
 * Reads a permission without requesting it.
 *
 * @param {Scope} scope
 * @returns {Promise<Permission>}
 */
function permission(scope) {
  return wxPromise(wx.getSetting, {}).then(
    ({ authSetting }) => read(authSetting, scope),
    () => 'unasked'
  );
}

/**
 * Opens WeChat's settings page, the only way back after a refusal. Call it from a tap handler.
 *
 * @param {Scope} scope
 * @returns {Promise<Permission>} after the user left the page
 */
function changePermission(scope) {
  return wxPromise(wx.openSetting, {}).then(
    ({ authSetting }) => read(authSetting, scope),
    () => permission(scope)
  );
}

/** @typedef {Record<Scope, Permission>} Permissions */

/**
 * @param {WechatMiniprogram.AuthSetting} setting
 * @returns {Permissions}
 */
function readAll(setting) {
  return {
    'scope.camera': read(setting, 'scope.camera'),
    'scope.writePhotosAlbum': read(setting, 'scope.writePhotosAlbum'),
  };
}

/** @returns {Promise<Permissions | null>} null if the platform fails */
function permissions() {
  return wxPromise(wx.getSetting, {}).then(
    ({ authSetting }) => readAll(authSetting),
    () => null
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

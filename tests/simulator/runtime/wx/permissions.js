/** @param {import('../phone.js').Phone} phone @param {Function} api @returns {Record<string, any>} scopes and privacy */
export function permissionMembers(phone, api) {
  const { scopes, privacy } = phone;
  return {
    getSetting: api('getSetting', () => ({ authSetting: { ...scopes.given } })),
    openSetting: api('openSetting', async () => ({ authSetting: await scopes.openSettings() })),
    authorize: api('authorize', async ({ scope }) => {
      await privacy.need('authorize');
      await scopes.need(scope);
    }),
    onNeedPrivacyAuthorization: (listener) => (privacy.listener = listener),
    getPrivacySetting: api('getPrivacySetting', () => ({
      needAuthorization: privacy.needed,
      privacyContractName: '《用户隐私保护指引》',
    })),
    requirePrivacyAuthorize: api('requirePrivacyAuthorize', () => privacy.need('requirePrivacyAuthorize')),
    openPrivacyContract: api('openPrivacyContract', async () => {
      await phone.dialogs.ask({
        title: '用户隐私保护指引',
        content: '模拟器不含隐私指引的正文。',
        showCancel: false,
        confirmText: '关闭',
      });
    }),
  };
}

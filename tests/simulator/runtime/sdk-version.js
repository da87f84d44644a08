/** Base library that brought a member of `wx`; only what a mini-program of today may still have to live without. */
const SINCE = {
  getInferenceEnvInfo: '2.30.1',
  createInferenceSession: '2.30.0',
  getPrivacySetting: '2.32.3',
  onNeedPrivacyAuthorization: '2.32.3',
  openPrivacyContract: '2.32.3',
  requirePrivacyAuthorize: '2.32.3',
  onNetworkWeakChange: '2.21.0',
  getAppBaseInfo: '2.20.1',
  getDeviceInfo: '2.20.1',
  getWindowInfo: '2.20.1',
  showShareImageMenu: '2.14.3',
  getRealtimeLogManager: '2.7.1',
  getUpdateManager: '1.9.90',
};

export const NEWEST = '3.10.0';

/** @param {string} version @param {string} other @returns {boolean} whether `version` came before `other` */
export function isOlder(version, other) {
  const [mine, others] = [version, other].map((text) => text.split('.').map(Number));
  const at = mine.findIndex((part, index) => part !== others[index]);
  return at >= 0 && mine[at] < others[at];
}

/**
 * Takes away what an older base library lacks: there it is undefined.
 *
 * @param {Record<string, any>} members of wx
 * @param {string} version
 * @returns {void}
 */
export function forgetNewer(members, version) {
  for (const [name, since] of Object.entries(SINCE)) if (isOlder(version, since)) members[name] = undefined;
}

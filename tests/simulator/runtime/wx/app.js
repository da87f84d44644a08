import { strict } from './api.js';

/** @param {import('../phone.js').Phone} phone @returns {Record<string, any>} the app's own life */
export function appMembers(phone) {
  const pairs = [
    'AppShow',
    'AppHide',
    'Error',
    'UnhandledRejection',
    'ThemeChange',
    'NetworkStatusChange',
    'NetworkWeakChange',
    'WindowResize',
  ];
  const members = {
    getLaunchOptionsSync: () => phone.launch,
    getEnterOptionsSync: () => phone.entry,
    getAccountInfoSync: () => {
      const { envVersion = 'develop', version = '1.0.0' } = phone.options;
      // Only what is published has a version.
      return {
        miniProgram: {
          appId: 'touristappid',
          envVersion,
          version: envVersion === 'release' ? version : '',
        },
      };
    },
    // The page is always built anew, so there is an update only if the tester says so.
    getUpdateManager: () => ({
      onCheckForUpdate: (listener) => setTimeout(() => phone.call(listener, undefined, { hasUpdate: false })),
      onUpdateReady: (listener) => phone.listeners.add('UpdateReady', listener),
      onUpdateFailed: () => undefined,
      applyUpdate: () => void (phone.updated = true),
    }),
    getRealtimeLogManager: () => strict('RealtimeLogManager', logger(phone)),
    nextTick: (callback) => void Promise.resolve().then(() => phone.call(callback, undefined)),
  };
  for (const name of pairs) {
    members[`on${name}`] = (listener) => phone.listeners.add(name, listener);
    members[`off${name}`] = (listener) => phone.listeners.remove(name, listener);
  }
  return members;
}

/** @param {import('../phone.js').Phone} phone @returns {Record<string, Function>} a method for each level */
function logger(phone) {
  const levels = ['info', 'warn', 'error'];
  return Object.fromEntries(levels.map((level) => [level, (...values) => void phone.logged.push([level, ...values])]));
}

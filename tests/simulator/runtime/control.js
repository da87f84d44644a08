import { entryWith } from './materials.js';
import { storedValues } from './wx/storage.js';

/**
 * What tests and curious people may do to the phone from outside. Mini-program code does not see it.
 *
 * @param {import('./phone.js').Phone} phone
 * @returns {Record<string, any>}
 */
export function createControl(phone) {
  const { scopes, privacy, network, router, theme, cameras } = phone;
  return {
    /** @param {string} scope */
    grant: (scope) => void (scopes.given[scope] = true),
    /** @param {string} scope */
    refuse: (scope) => void (scopes.given[scope] = false),
    /** @param {string} scope the next need asks again */
    forget: (scope) => void delete scopes.given[scope],
    /** @param {'ask' | 'agreed' | 'refused'} state */
    privacy: (state) => void (privacy.state = state),
    /** @param {...string} apis, or `camera`, whose item is missing in the console's privacy guide from now on */
    undeclare: (...apis) => apis.forEach((api) => privacy.undeclared.add(api)),
    /** A new version of the mini-program has been downloaded. */
    updateReady: () => void phone.listeners.emit('UpdateReady', undefined),
    /** @returns {boolean} whether the app asked for its new version */
    updated: () => phone.updated,
    /** What went to the realtime log manager: level and values. */
    logged: phone.logged,
    /** @param {'wifi' | '2g' | '3g' | '4g' | '5g' | 'none' | 'weak' | 'silent' | 'lost'} status */
    network: (status) => network.become(status),
    /** @param {number} bytesPerSecond 0 lifts it */
    uploadThrottle: (bytesPerSecond) => void (network.throttle = bytesPerSecond),
    /** @param {string | undefined} code that wx.login gives from now on; none gives a new one each time */
    login: (code) => void (phone.loginCode = code),
    /** @param {string | null | object} code what the next scanCode sees: a text, parts of its result, or null to cancel */
    scan: (code) => void phone.scans.push(code),
    /** @returns {Promise<import('./sharing.js').Card>} the card of the menu's "send to a friend" */
    share: () => phone.sharing.toFriend(),
    /** @returns {Promise<import('./sharing.js').Card>} the card of the menu's "share to the timeline" */
    shareTimeline: () => phone.sharing.toTimeline(),
    /** Cards that were shared, those of buttons too. */
    shared: phone.sharing.cards,
    /** Paths of pictures that were shared by wx.showShareImageMenu. */
    sharedPictures: phone.sharing.pictures,
    /** @param {boolean} full nothing more can be written, neither files nor storage */
    storageFull: (full) => void (phone.files.full = full),
    /** @returns {{files: Record<string, import('./files.js').KeptFile>, storage: Record<string, unknown>}} what a restart finds */
    kept: () => ({ files: phone.files.remaining, storage: storedValues(phone) }),
    /** @returns {Promise<void>} when all files are safe from a reload */
    flush: () => phone.files.kept.written,
    /** @param {'light' | 'dark'} name */
    theme: (name) => theme.choose(name),
    /** @param {{seconds?: number}} [time] the phone behaves as if so much had passed; until show() anyway */
    hide: (time) => router.hide(time),
    /** The back key or a swipe from the edge; from the first page it leaves WeChat. */
    back: () => router.back(),
    show: () => router.show(),
    /** @param {import('./materials.js').Material[]} files of a chat that the user opens with the app, which is running */
    forward: (files) => router.enter(entryWith(phone, files)),
    /** @param {Blob[]} files that the next chooseMedia gets without asking */
    album: (files) => void phone.album.push(...files),
    /** @param {Uint8Array | undefined} jpeg what a camera sees where there is no real one */
    camera: (jpeg) => void (cameras.picture = jpeg),
    /** @returns {number} listeners to frames of the camera */
    frameListeners: () => cameras.frameListeners.size,
    /**
     * @param {string} name of an asynchronous API: every call of it fails
     * @param {string} [reason] none lets it work again
     */
    fail: (name, reason) =>
      void (reason === undefined ? phone.failures.delete(name) : phone.failures.set(name, reason)),
    /** Calls of wx in order. */
    log: phone.calls,
    /** Errors that nobody caught. */
    errors: phone.errors,
    /** Pictures that went to the album. */
    saved: phone.saved,
    currentPage: () => ({
      path: router.current.path,
      data: router.current.instance.data,
      instance: router.current.instance,
    }),
    /** @returns {any} what App() was given */
    app: () => phone.appInstance,
    env: phone.wx.env,
    cloud: phone.wx.cloud,
    /** Calls `wx.name(...args)`, for tests and the console. */
    call: (name, ...args) => phone.wx[name](...args),
    pages: () => router.stack.map(({ path }) => path),
  };
}

import { Router } from './router.js';
import { Privacy } from './privacy.js';
import { Scopes } from './scopes.js';
import { Dialogs } from './dialogs.js';
import { Theme } from './theme.js';
import { Files } from './files.js';
import { Pictures } from './pictures.js';
import { Cameras } from './cameras.js';
import { Network } from './network.js';
import { Packages } from './packages.js';
import { Sharing } from './sharing.js';
import { Canvases } from './canvas/canvases.js';
import { Listeners } from './listeners.js';
import { NEWEST } from './sdk-version.js';
import { SinglePage } from './single-page.js';

/**
 * @typedef {object} PhoneOptions
 * @property {string} [page] first page, without suffix; the first of app.json otherwise
 * @property {string} [query] its query, as in a URL
 * @property {'light' | 'dark'} [theme] follows the browser otherwise
 * @property {'develop' | 'trial' | 'release'} [envVersion] default develop
 * @property {string} [server] takes the place of http://127.0.0.1:5000 in every request
 * @property {string} [cloud] the environment and service of 微信云托管 that there is, as ENV/SERVICE; none otherwise
 * @property {string} [proxy] address prefix that requests go through; none where it is empty
 * @property {'ask' | 'agreed' | 'refused'} [privacy] default ask
 * @property {string[]} [undeclared] APIs, and `camera`, whose item the privacy guide lacks
 * @property {string} [sdkVersion] of the base library, default the newest; what came later is undefined
 * @property {Record<string, boolean>} [scopes] answers that were given earlier
 * @property {Record<string, Uint8Array | import('./files.js').KeptFile>} [files] user files of an earlier visit
 * @property {Record<string, Function>} [wx] members that replace the simulator's
 * @property {string} [language] default zh_CN
 * @property {number} [scene] how the app is opened, default 1001; 1007 is a friend's card, 1154 the single-page mode of Moments
 * @property {import('./materials.js').Material[]} [forwarded] files of a chat that the user opens the app with, scene 1173
 * @property {string} [version] of the published app, default 1.0.0
 * @property {number} [fontSize] that the user chose in WeChat, CSS pixels, default 17
 * @property {{width: number, height: number}} [screen] where there is no layout, as in jsdom
 */

/** Everything of one running phone that its parts share. */
export class Phone {
  /**
   * @param {import('../compiler/app.js').CompiledApp} app
   * @param {PhoneOptions} options
   * @param {HTMLElement} root
   */
  constructor(app, options, root) {
    this.app = app;
    this.options = options;
    this.root = root;
    this.document = root.ownerDocument;
    /** @type {Error[]} */
    this.errors = [];
    /** @type {{name: string, args: any[]}[]} */
    this.calls = [];
    /** @type {Map<string, string>} API -> why every call of it fails */
    this.failures = new Map();
    /** @type {any} */
    this.wx = undefined;
    /** @type {any} what App() was given */
    this.appInstance = undefined;
    /** @type {Blob[]} pictures that the next chooseMedia gets without asking */
    this.album = [];
    /** @type {{name: string, bytes: Uint8Array}[]} pictures that went to the album */
    this.saved = [];
    /** @type {string | undefined} what wx.login gives; a new one each time otherwise */
    this.loginCode = undefined;
    /** @type {(string | null | object)[]} what the next calls of scanCode see; null cancels */
    this.scans = [];
    /** @type {any[][]} what went to the realtime log manager, without what it adds itself */
    this.logged = [];
    /** Whether the app asked for its new version. */
    this.updated = false;
    this.sdkVersion = options.sdkVersion ?? NEWEST;
    this.singlePage = new SinglePage(this);
    this.listeners = new Listeners(this);
    this.dialogs = new Dialogs(this);
    this.scopes = new Scopes(this, options.scopes);
    this.privacy = new Privacy(this, options.privacy, options.undeclared);
    this.theme = new Theme(this, options.theme);
    this.files = new Files(options.files);
    this.pictures = new Pictures(this);
    this.cameras = new Cameras(this);
    this.sharing = new Sharing(this);
    this.canvases = new Canvases(this);
    this.network = new Network(this, options);
    this.packages = new Packages(this);
    this.router = new Router(this);
  }

  /** @returns {{width: number, height: number}} CSS pixels of the whole screen */
  get screen() {
    const { clientWidth, clientHeight } = this.root;
    return clientWidth
      ? { width: clientWidth, height: clientHeight }
      : (this.options.screen ?? { width: 375, height: 812 });
  }

  /**
   * Shows an error that nobody caught, to people, to tests and to the app.
   *
   * @param {unknown} error
   * @returns {void}
   */
  report(error) {
    // An error of another window (jsdom in a test) is still an error.
    const shown = /** @type {Error} */ (error?.stack ? error : new Error(String(error)));
    this.errors.push(shown);
    console.error(shown);
    this.listeners.emit('Error', `${shown.message}\n${shown.stack}`);
    try {
      this.appInstance?.onError?.(`${shown.message}\n${shown.stack}`);
    } catch (second) {
      this.errors.push(second);
    }
  }

  /**
   * Calls what belongs to the mini-program; what it throws is reported and goes no further.
   *
   * @param {Function | undefined} callback
   * @param {any} self
   * @param {any[]} args
   * @returns {any}
   */
  call(callback, self, ...args) {
    if (typeof callback !== 'function') return undefined;
    try {
      return callback.apply(self, args);
    } catch (error) {
      this.report(error);
      return undefined;
    }
  }
}

// @ts-check
const { askConsent, consentProblem, needsConsent } = require('../../../services/device/privacy');
const { changePermission, permission } = require('../../../services/device/permissions');
const { choosePhotos } = require('../../../services/device/album');
const { flashes, panels } = require('./views');
const { NEAR, pinched, spread } = require('./zoom');
const { undeclaredNote } = require('../../../services/text/developer-notes');
const { wxPromise } = require('../../../services/device/wx-promise');
const { fill, texts } = require('../../../texts/texts');

/** @typedef {import('./views').View} View */

/** @param {number} index  of the flash modes, modulo their number */
function flashAt(index) {
  const all = flashes();
  const { mode, name } = all[index % all.length] ?? { mode: 'off', name: '' };
  return { flash: mode, flashName: name, flashLabel: fill(texts().capture.flashLabel, { mode: name }) };
}

/** Milliseconds after which a shot counts as failed: some phones never answer. */
const SHOT_TIME = 10_000;

/**
 * @typedef {object} Own  state that is not rendered
 * @property {number} shot  counts shots; what comes of an earlier one is ignored
 * @property {boolean} choosing  whether the album is open
 * @property {{zoom: number, spread: number} | null} pinch  when the second finger came down
 */

/** @type {WeakMap<object, Own>} */
const owned = new WeakMap();

/**
 * @param {object} component
 * @returns {Own}
 */
function own(component) {
  const found = owned.get(component) || { shot: 0, choosing: false, pinch: null };
  owned.set(component, found);
  return found;
}

/** @returns {Promise<string>} path of the photo */
async function takePhoto() {
  const camera = wx.createCameraContext();
  const { tempImagePath } = await wxPromise(
    (/** @type {WechatMiniprogram.TakePhotoOption} */ options) => camera.takePhoto(options),
    { quality: /** @type {const} */ ('normal') }
  );
  return tempImagePath;
}

/**
 * Takes a photo with the camera, or chooses some from the album. What is in its slot stands beside the shutter, in place
 * of the last result.
 *
 * Events: `photo` with `{path, rest}`, `rest` being the paths of those chosen with it; `last`, `history`, `taught` and `settings` to open those pages.
 */
Component({
  properties: {
    /** Whether the page is visible; the camera is open only then. */
    visible: { type: Boolean, value: false },
    /** Whether the model uses only the middle of the photo. */
    framed: { type: Boolean, value: false },
    /** LastResult | null, see ../last-result.js */
    last: { type: Object, value: null },
    /** Whether the server can be taught, and a link leads there. */
    teaching: { type: Boolean, value: false },
    /** Photos that may be chosen from the album at once. */
    most: { type: Number, value: 1 },
    /** Line below the viewfinder in place of the usual hint. */
    advice: { type: String, value: '' },
    /** Whether there are links to other pages. */
    linked: { type: Boolean, value: true },
    /** Whether names over the moving picture are offered. */
    named: { type: Boolean, value: false },
  },

  data: {
    t: texts().capture,
    view: /** @type {View} */ ('resting'),
    panel: panels().closed,
    /** Line below the viewfinder about a failure; the usual hint if it is empty. */
    hint: '',
    /** Whether the camera shows a picture. */
    ready: false,
    /** Whether a shot is under way. */
    busy: false,
    zoom: 1,
    /** Of this camera; 1 until it is ready. */
    mostZoom: 1,
    position: /** @type {'back' | 'front'} */ ('back'),
    ...flashAt(0),
    /** Id of the last result if its picture is gone. */
    lost: '',
  },

  lifetimes: {
    attached() {
      this.setData({ t: texts().capture, panel: panels()[this.data.view], ...flashAt(0) });
    },
    detached() {
      own(this).shot += 1;
    },
  },

  observers: {
    /** The system settings, another page or another app may have stopped the camera. */
    visible(/** @type {boolean} */ visible) {
      own(this).choosing = false;
      if (visible) this.resume();
      else if (this.data.view === 'live') this.show('resting');
    },
  },

  methods: {
    /** @param {View} view */
    show(view) {
      this.setData({ view, panel: panels()[view], hint: '', busy: false, ready: false, zoom: 1, mostZoom: 1 });
    },

    /** Opens the camera if everything was allowed earlier; requests nothing. */
    async resume() {
      const allowed = !(await needsConsent()) && (await permission('scope.camera')) === 'granted';
      const { visible, view } = this.data;
      if (!visible || view === 'live' || view === 'undeclared') return;
      if (allowed) this.show('live');
      else if (view === 'resting') this.show('closed');
    },

    /** The big button: takes a photo, or opens the camera, the settings or the album first. */
    press() {
      const { view } = this.data;
      if (view === 'live') return this.shoot();
      if (view === 'undeclared') return this.choose();
      return view === 'refused' ? this.change() : this.open();
    },

    async open() {
      if (!(await askConsent())) return this.show('no-consent');
      const camera = await permission('scope.camera');
      // The camera requests the permission itself when it first opens.
      this.show(camera === 'refused' ? 'refused' : 'live');
    },

    async change() {
      if ((await changePermission('scope.camera')) === 'granted') this.show('live');
    },

    /** @param {WechatMiniprogram.CustomEvent<import('../../../services/device/privacy').Failure>} event */
    async fail({ detail }) {
      const problem = consentProblem(detail);
      if (problem) return this.show(problem);
      const camera = await permission('scope.camera');
      this.show(camera === 'refused' ? 'refused' : 'missing');
    },

    /** @param {WechatMiniprogram.CustomEvent<{maxZoom?: number}>} event */
    begin({ detail: { maxZoom = 1 } }) {
      this.setData({ ready: true, zoom: 1, mostZoom: maxZoom });
    },

    stop() {
      if (this.data.view === 'live') this.show('closed');
    },

    turnFlash() {
      this.setData(flashAt(flashes().findIndex(({ mode }) => mode === this.data.flash) + 1));
    },

    turnCamera() {
      this.setData({ position: this.data.position === 'back' ? 'front' : 'back', zoom: 1 });
    },

    turnZoom() {
      this.zoomTo(this.data.zoom < NEAR ? NEAR : 1);
    },

    /** @param {WechatMiniprogram.TouchEvent} event */
    touch({ touches }) {
      const distance = spread(touches);
      own(this).pinch = distance ? { zoom: this.data.zoom, spread: distance } : null;
    },

    /** @param {WechatMiniprogram.TouchEvent} event */
    pinch({ touches }) {
      const { pinch } = own(this);
      const distance = spread(touches);
      if (pinch && distance) this.zoomTo(pinched(pinch, distance, this.data.mostZoom));
    },

    /** @param {number} zoom */
    zoomTo(zoom) {
      const { ready, zoom: before } = this.data;
      if (!ready || zoom === before) return;
      this.setData({ zoom });
      wx.createCameraContext().setZoom({ zoom, fail: () => this.setData({ zoom: before }) });
    },

    async shoot() {
      if (this.data.busy || !this.data.ready) return;
      this.stopLive();
      const mine = own(this);
      mine.shot += 1;
      const { shot } = mine;
      this.setData({ busy: true });
      // Not every phone can, and none has to.
      wxPromise(wx.vibrateShort, { type: /** @type {const} */ ('light') }).catch(() => {});
      const late = setTimeout(() => this.miss(shot), SHOT_TIME);
      try {
        const path = await takePhoto();
        if (mine.shot === shot) this.hand(path);
      } catch {
        this.miss(shot);
      } finally {
        clearTimeout(late);
      }
    },

    /** @param {number} shot  that failed */
    miss(shot) {
      const mine = own(this);
      if (mine.shot !== shot) return;
      mine.shot += 1;
      // If the camera stopped meanwhile, the viewfinder already shows why.
      if (this.data.busy) this.setData({ busy: false, hint: this.data.t.shotFailed });
    },

    async choose() {
      const mine = own(this);
      if (mine.choosing || this.data.busy) return;
      mine.choosing = true;
      this.stopLive();
      const choice = await choosePhotos(this.properties.most);
      mine.choosing = false;
      if (choice.outcome === 'chosen') return this.hand(...choice.paths);
      const { hint, t } = this.data;
      const said = {
        cancelled: hint,
        'no-consent': t.albumNoConsent,
        undeclared: t.albumUndeclared + undeclaredNote('album'),
        failed: t.albumFailed,
      };
      this.setData({ hint: said[choice.outcome] });
    },

    /** The photo goes first. */
    stopLive() {
      const live = this.selectComponent('#live');
      if (live) live.stop();
    },

    /** @param {...string} paths  of the photos, one or more */
    hand(...paths) {
      const [path, ...rest] = paths;
      this.setData({ busy: false });
      this.triggerEvent('photo', { path, rest });
    },

    missLast() {
      const last = /** @type {import('../last-result').LastResult | null} */ (this.properties.last);
      if (last) this.setData({ lost: last.id });
    },

    openLast() {
      this.triggerEvent('last');
    },

    openHistory() {
      this.triggerEvent('history');
    },

    openTaught() {
      this.triggerEvent('taught');
    },

    openSettings() {
      this.triggerEvent('settings');
    },
  },
});

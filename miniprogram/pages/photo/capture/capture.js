// @ts-check
const { askConsent, needsConsent } = require('../../../services/device/privacy');
const { changePermission, permission } = require('../../../services/device/permissions');
const { choosePhoto } = require('../../../services/device/album');
const { flashes, panels } = require('./views');
const { wxPromise } = require('../../../services/device/wx-promise');
const { fill, texts } = require('../../../texts/texts');

/** @typedef {import('./views').View} View */

/** @param {number} index  of the flash modes, modulo their number */
function flashAt(index) {
  const all = flashes();
  const { mode, name } = all[index % all.length] ?? { mode: 'off', name: '' };
  return { flash: mode, flashName: name, flashLabel: fill(texts().capture.flashLabel, { mode: name }) };
}

/**
 * Takes a photo with the camera, or chooses one from the album.
 *
 * Events: `photo` with `{path}`; `last`, `history` and `settings` to open those pages.
 */
Component({
  properties: {
    /** Whether the page is visible; the camera is open only then. */
    visible: { type: Boolean, value: false },
    /** Whether the model uses only the middle of the photo. */
    framed: { type: Boolean, value: false },
    /** LastResult | null, see ../last-result.js */
    last: { type: Object, value: null },
  },

  data: {
    t: texts().capture,
    view: /** @type {View} */ ('resting'),
    panel: panels().closed,
    /** Line below the viewfinder about a failure; the usual hint if it is empty. */
    hint: '',
    busy: false,
    position: /** @type {'back' | 'front'} */ ('back'),
    ...flashAt(0),
    /** Id of the last result if its picture is gone. */
    lost: '',
  },

  lifetimes: {
    attached() {
      this.setData({ t: texts().capture, panel: panels()[this.data.view], ...flashAt(0) });
    },
  },

  observers: {
    /** The system settings, another page or another app may have stopped the camera. */
    visible(/** @type {boolean} */ visible) {
      if (visible) this.resume();
      else if (this.data.view === 'live') this.show('resting');
    },
  },

  methods: {
    /** @param {View} view */
    show(view) {
      this.setData({ view, panel: panels()[view], hint: '' });
    },

    /** Opens the camera if everything was allowed earlier; requests nothing. */
    async resume() {
      const allowed = !(await needsConsent()) && (await permission('scope.camera')) === 'granted';
      const { visible, view } = this.data;
      if (!visible || view === 'live') return;
      if (allowed) this.show('live');
      else if (view === 'resting') this.show('closed');
    },

    /** The big button: takes a photo, or opens the camera or the settings first. */
    press() {
      const { view } = this.data;
      if (view === 'live') return this.shoot();
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

    async fail() {
      const camera = await permission('scope.camera');
      this.show(camera === 'refused' ? 'refused' : 'missing');
    },

    stop() {
      if (this.data.view === 'live') this.show('closed');
    },

    turnFlash() {
      this.setData(flashAt(flashes().findIndex(({ mode }) => mode === this.data.flash) + 1));
    },

    turnCamera() {
      this.setData({ position: this.data.position === 'back' ? 'front' : 'back' });
    },

    async shoot() {
      if (this.data.busy) return;
      this.setData({ busy: true });
      const camera = wx.createCameraContext();
      try {
        const shot = await wxPromise(
          (/** @type {WechatMiniprogram.TakePhotoOption} */ options) => camera.takePhoto(options),
          { quality: /** @type {const} */ ('normal') }
        );
        this.hand(shot.tempImagePath);
      } catch {
        this.setData({ busy: false, hint: this.data.t.shotFailed });
      }
    },

    async choose() {
      if (this.data.busy) return;
      this.setData({ busy: true });
      const choice = await choosePhoto();
      if (choice.outcome === 'chosen') return this.hand(choice.path);
      const { hint, t } = this.data;
      const said = { cancelled: hint, 'no-consent': t.albumNoConsent, failed: t.albumFailed };
      this.setData({ busy: false, hint: said[choice.outcome] });
    },

    /** @param {string} path  of the photo */
    hand(path) {
      this.setData({ busy: false });
      this.triggerEvent('photo', { path });
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

    openSettings() {
      this.triggerEvent('settings');
    },
  },
});

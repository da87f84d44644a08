// @ts-check
const { askConsent, needsConsent } = require('../../../services/privacy');
const { changePermission, permission } = require('../../../services/permission');
const { choosePhoto } = require('../../../services/album');
const { mayChangeServer } = require('../../../services/server-address');
const { promised } = require('../../../services/promised');
const { texts } = require('../../../texts/texts');

/**
 * What stands in the viewfinder:
 * - `closed`: nothing was asked yet, or the platform stopped the camera
 * - `live`: the camera
 * - `refused`: the person does not let this mini-program use the camera
 * - `missing`: no camera, or it does not open
 * - `no-consent`: the privacy statement was not accepted
 *
 * @typedef {'closed' | 'live' | 'refused' | 'missing' | 'no-consent'} View
 */

const t = texts().capture;

/** @type {Record<Exclude<View, 'live'>, {title: string, sentence: string, action: string}>} */
const PANELS = {
  closed: { title: t.openTitle, sentence: t.openSentence, action: t.open },
  refused: { title: t.refusedTitle, sentence: t.refusedSentence, action: t.toSettings },
  missing: { title: t.missingTitle, sentence: t.missingSentence, action: t.again },
  'no-consent': { title: t.noConsentTitle, sentence: t.noConsentSentence, action: t.open },
};

/**
 * Gets a photo, from the camera or the album.
 *
 * Events: `photo` with `{path}`, `settings` when the person wants to set the server.
 */
Component({
  data: {
    t,
    view: /** @type {View} */ ('closed'),
    panel: PANELS.closed,
    /** One line below the viewfinder. */
    hint: '',
    busy: false,
    settings: false,
  },

  lifetimes: {
    attached() {
      this.setData({ settings: mayChangeServer() });
      this.resume();
    },
  },

  pageLifetimes: {
    /** Back from the settings of the phone, or from behind another app, which stops the camera. */
    show() {
      this.resume();
    },
  },

  methods: {
    /** @param {View} view */
    show(view) {
      if (view === 'live') this.setData({ view, hint: t.hint });
      else this.setData({ view, panel: PANELS[view], hint: '' });
    },

    /** Opens the camera where everything was allowed earlier; asks nothing. */
    async resume() {
      if (this.data.view === 'live' || (await needsConsent())) return;
      if ((await permission('scope.camera')) === 'granted') this.show('live');
    },

    /** What the big button does: take a photo, or whatever leads towards one. */
    press() {
      const { view } = this.data;
      if (view === 'live') return this.shoot();
      return view === 'refused' ? this.change() : this.open();
    },

    async open() {
      if (!(await askConsent())) return this.show('no-consent');
      const camera = await permission('scope.camera');
      // Where nobody was asked yet, the camera asks by itself when it opens.
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
      this.show('closed');
    },

    async shoot() {
      if (this.data.busy) return;
      this.setData({ busy: true });
      const camera = wx.createCameraContext();
      try {
        const shot = await promised(
          (/** @type {WechatMiniprogram.TakePhotoOption} */ options) => camera.takePhoto(options),
          { quality: /** @type {const} */ ('normal') }
        );
        this.hand(shot.tempImagePath);
      } catch {
        this.setData({ busy: false, hint: t.shotFailed });
      }
    },

    async choose() {
      if (this.data.busy) return;
      this.setData({ busy: true });
      const choice = await choosePhoto();
      if (choice.outcome === 'chosen') return this.hand(choice.path);
      const { hint } = this.data;
      const said = { cancelled: hint, 'no-consent': t.albumNoConsent, failed: t.albumFailed };
      this.setData({ busy: false, hint: said[choice.outcome] });
    },

    /** @param {string} path  of the photo */
    hand(path) {
      this.setData({ busy: false });
      this.triggerEvent('photo', { path });
    },

    openSettings() {
      this.triggerEvent('settings');
    },
  },
});

// @ts-check
const { isRelease } = require('../../../services/device/device-info');
const { isPlaceholder } = require('../../../services/server/url');
const { texts } = require('../../../texts/texts');
const { awaitedText, unwatch, watch } = require('../watch');
const { watching } = require('../watching');

/** @returns {string} of the mini-program; only published versions have a number */
function versionText() {
  const t = texts().settings.about;
  const { envVersion, version } = wx.getAccountInfoSync().miniProgram;
  if (version) return version;
  return { develop: t.versionDevelop, trial: t.versionTrial, release: texts().settings.unknown }[envVersion];
}

/** Version of the mini-program, and model of the server. */
Component({
  behaviors: [watching],
  properties: {
    server: { type: String, value: '' },
  },
  data: {
    t: texts().settings.about,
    version: '',
    /** Whether this version is for developers, who ask how the model looks at photos. */
    developing: false,
    state: /** @type {'asking' | 'ready' | 'failed' | 'unset'} */ ('asking'),
    model: { name: '', fit: '', precision: '' },
    /** Line about the wanted model while another one stands in for it. */
    awaited: '',
    /** Text in place of the model while there is none. */
    said: '',
  },
  lifetimes: {
    attached() {
      this.setData({ t: texts().settings.about, version: versionText(), developing: !isRelease() });
    },
  },
  observers: {
    server() {
      this.again();
    },
  },
  methods: {
    again() {
      const { server } = this.data;
      const t = texts().settings.about;
      unwatch(this);
      if (isPlaceholder(server)) return this.setData({ state: 'unset', said: t.modelUnset });
      this.setData({ state: 'asking', said: t.asking });
      watch(this, {
        server,
        onReady: (ready) => this.present(ready),
        onFailure: ({ kind }) => this.setData({ state: 'failed', said: texts().failures[kind].title }),
      });
    },

    /** @param {import('../../../contract').Ready} ready */
    present(ready) {
      const t = texts().settings.about;
      const { model, fit, precision } = ready;
      const fits = { crop: t.fitCrop, squash: t.fitSquash, both: t.fitBoth };
      this.setData({
        state: 'ready',
        model: { name: model.name, fit: fits[fit], precision },
        awaited: awaitedText(ready),
      });
    },
  },
});

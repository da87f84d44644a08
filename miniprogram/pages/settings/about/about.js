// @ts-check
const { asFailure } = require('../../../services/http/failure');
const { isPlaceholder } = require('../../../services/server/url');
const { readiness } = require('../../../services/api/readiness');
const { texts } = require('../../../texts/texts');

/** @returns {string} of the mini-program; only published versions have a number */
function versionText() {
  const t = texts().settings.about;
  const { envVersion, version } = wx.getAccountInfoSync().miniProgram;
  if (version) return version;
  return { develop: t.versionDevelop, trial: t.versionTrial, release: texts().settings.unknown }[envVersion];
}

/** Version of the mini-program, and model of the server. */
Component({
  properties: {
    server: { type: String, value: '' },
  },
  data: {
    t: texts().settings.about,
    version: '',
    state: /** @type {'asking' | 'ready' | 'failed' | 'unset'} */ ('asking'),
    model: { name: '', fit: '', precision: '' },
    /** Text in place of the model while there is none. */
    said: '',
  },
  lifetimes: {
    attached() {
      this.setData({ t: texts().settings.about, version: versionText() });
    },
  },
  observers: {
    server() {
      this.again();
    },
  },
  methods: {
    async again() {
      const server = this.data.server;
      const t = texts().settings.about;
      if (isPlaceholder(server)) return this.setData({ state: 'unset', said: t.modelUnset });
      this.setData({ state: 'asking', said: t.asking });
      const answer = await readiness(server).promise.catch((thrown) => asFailure(thrown));
      if (this.data.server !== server) return;
      if ('kind' in answer) return this.setData({ state: 'failed', said: texts().failures[answer.kind].title });
      const { model, fit, precision } = answer;
      const fits = { crop: t.fitCrop, squash: t.fitSquash, both: t.fitBoth };
      this.setData({ state: 'ready', model: { name: model.name, fit: fits[fit], precision } });
    },
  },
});

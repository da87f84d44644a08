// @ts-check
const { canRunModels, kept } = require('../../../services/offline/state');
const { currentServer } = require('../../../services/server/address');
const { storedAbilities } = require('../../../services/api/readiness');
const { texts } = require('../../../texts/texts');

/** The way to offline recognition, where the phone can run models and the server has one for it. */
Component({
  properties: {
    server: { type: String, value: '' },
  },
  data: {
    t: texts().settings.offline,
    offered: false,
    state: '',
  },
  lifetimes: {
    attached() {
      this.setData({ t: texts().settings.offline });
    },
  },
  pageLifetimes: {
    show() {
      this.look();
    },
  },
  observers: {
    server() {
      this.look();
    },
  },
  methods: {
    /** The camera asks the server at each start; what is here already can be switched off in any case. */
    look() {
      const { installed, wanted } = kept();
      const t = texts().settings.offline;
      this.setData({
        offered: canRunModels() && (storedAbilities(currentServer()).offline || Boolean(installed || wanted)),
        state: installed ? t.on : wanted ? t.stopped : t.off,
      });
    },

    open() {
      wx.navigateTo({ url: '/offline/settings/settings' });
    },
  },
});

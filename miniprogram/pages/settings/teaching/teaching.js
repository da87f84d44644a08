// @ts-check
const { confirmDeletion } = require('../../../services/device/confirm');
const { serverName } = require('../../../services/server/address');
const { fill, texts } = require('../../../texts/texts');
const { hasSession } = require('../../../services/api/session');
const { isForgetting, onLesson, sendLessons, withdraw } = require('../../../services/teaching/lessons');
const { mayTeach } = require('../../../services/teaching/consent');

/** @type {WeakMap<object, () => void>} component -> ends its listening */
const endings = new WeakMap();

/**
 * The consent to keep taught things on the server, and its withdrawal, which deletes them.
 *
 * Events: `change` when it was withdrawn.
 */
Component({
  properties: {
    server: { type: String, value: '' },
  },
  data: {
    t: texts().teaching.settings,
    agreed: false,
    sentence: '',
    message: '',
  },
  lifetimes: {
    attached() {
      this.setData({ t: texts().teaching.settings });
      endings.set(this, onLesson(() => this.look()));
      if (isForgetting()) void sendLessons();
    },
    detached() {
      const end = endings.get(this);
      if (end) end();
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
    /** Shows what is so now: the server may have become reachable. */
    look() {
      const { message } = this.data;
      const t = texts().teaching.settings;
      this.setData({
        agreed: mayTeach(),
        sentence: fill(t.agreed, { server: serverName() }),
        message: isForgetting() ? t.withdrawing : message && t.withdrawn,
      });
    },

    openList() {
      wx.navigateTo({ url: '/pages/taught/taught' });
    },

    async askWithdraw() {
      const { t } = this.data;
      const shared = hasSession() ? '' : t.shared;
      const sentence = [t.withdrawSentence, shared].filter(Boolean).join(' ');
      if (!(await confirmDeletion(t.withdrawTitle, sentence, t.confirm, t.cancel))) return;
      this.setData({ message: t.withdrawing });
      await withdraw();
      this.look();
      this.triggerEvent('change');
    },
  },
});

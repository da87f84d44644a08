// @ts-check
const { confirm } = require('../../../services/device/confirm');
const { mayContribute, setContributing } = require('../../../services/corrections/consent');
const { offerUnsent, stopSending, unsent } = require('../../../services/corrections/send');
const { serverName } = require('../../../services/server/address');
const { fill, texts } = require('../../../texts/texts');

/**
 * The switch for sending corrections to the server.
 *
 * Events: `change` when the queue of corrections changed.
 */
Component({
  properties: {
    server: { type: String, value: '' },
  },
  data: {
    t: texts().settings.corrections,
    may: false,
    sentence: '',
    message: '',
  },
  lifetimes: {
    attached() {
      this.setData({ t: texts().settings.corrections, may: mayContribute() });
    },
  },
  observers: {
    server() {
      this.setData({ sentence: fill(texts().settings.corrections.sentence, { server: serverName() }) });
    },
  },
  methods: {
    /** @param {WechatMiniprogram.SwitchChange} event */
    async turn({ detail: { value } }) {
      this.setData({ may: value, message: '' });
      try {
        setContributing(value);
      } catch {
        return this.setData({ may: mayContribute(), message: this.data.t.failed });
      }
      if (value) await this.offerEarlier();
      else this.stop();
      this.triggerEvent('change');
    },

    /** Earlier corrections were made without consent, so they need their own. */
    async offerEarlier() {
      const { t } = this.data;
      const count = unsent().length;
      if (count === 0) return;
      const sentence = fill(t.earlierSentence, { count });
      const wanted = await confirm(t.earlierTitle, sentence, t.earlierSend, t.earlierKeep);
      if (!wanted || !mayContribute()) return;
      void offerUnsent().then(() => this.triggerEvent('change'));
    },

    stop() {
      stopSending();
      this.setData({ message: this.data.t.stopped });
    },
  },
});

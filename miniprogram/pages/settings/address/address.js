// @ts-check
const { chooseServer, currentServer, defaultServer, forgetServer, isAllowed } = require('../../../services/server/address');
const { isLoopback, parseAddress } = require('../../../services/server/url');
const { isPhone, isRelease } = require('../../../services/device/device-info');
const { wxPromise } = require('../../../services/device/wx-promise');
const { fill, texts } = require('../../../texts/texts');
const { awaitedText, unwatch, watch } = require('../watch');
const { watching } = require('../watching');

/** @type {ReadonlySet<import('../../../services/http/failure').FailureKind>} failures that only a PaiShi server returns */
const NOT_YET = new Set(
  /** @type {import('../../../services/http/failure').FailureKind[]} */ (['model-loading', 'model-unavailable'])
);

/** @returns {string} the address in use; '' in the release if the user chose none */
function editable() {
  const server = currentServer();
  return isAllowed(server) ? server : '';
}

/**
 * The address of the server: shows, edits, scans, tests and resets it. The release takes addresses of the local network
 * only, and keeps its own to itself.
 *
 * Events: `change` with the new `server`.
 */
Component({
  behaviors: [watching],
  data: {
    t: texts().server,
    /** Text of the field. */
    draft: '',
    explanation: '',
    /** Line below the field: result of the test or of validation. */
    finding: '',
    /** Line about the wanted model while another one stands in for it. */
    awaited: '',
    testing: false,
    onPhone: false,
  },
  lifetimes: {
    attached() {
      const t = texts().server;
      const explanation = isRelease() ? t.sentenceRelease : fill(t.sentence, { address: defaultServer() });
      this.setData({ t, explanation });
      this.fillIn(editable());
    },
  },
  methods: {
    /** @param {WechatMiniprogram.Input} event */
    type({ detail: { value } }) {
      this.fillIn(value);
    },

    /** @param {string} draft */
    fillIn(draft) {
      unwatch(this);
      const onPhone = isPhone() && isLoopback(parseAddress(draft) || '');
      this.setData({ draft, finding: '', awaited: '', testing: false, onPhone });
    },

    async scan() {
      const { draft, t } = this.data;
      this.fillIn(draft);
      try {
        const { result } = await wxPromise(wx.scanCode, {
          onlyFromCamera: false,
          scanType: /** @type {['qrCode']} */ (['qrCode']),
        });
        return this.takeScanned(result);
      } catch (error) {
        const cancelled = /cancel/i.test(String(/** @type {{errMsg?: string}} */ (error).errMsg));
        if (!cancelled) this.setData({ finding: t.scanFailed });
      }
    },

    /**
     * A code may contain any address: it is used only if a PaiShi server responds there.
     *
     * @param {string} code
     */
    takeScanned(code) {
      const address = /^https?:/i.test(code.trim()) ? parseAddress(code) : null;
      if (!address) return this.setData({ finding: this.data.t.scanForeign });
      if (!isAllowed(address)) return this.setData({ finding: this.data.t.publicAddress });
      this.fillIn(address);
      this.try(address, () => this.use(address, this.data.finding));
    },

    test() {
      const address = this.checked();
      if (address && !this.data.testing) this.try(address);
    },

    /**
     * @param {string} address
     * @param {() => void} [onOurs]  called if it is a PaiShi server, ready or not
     */
    try(address, onOurs = () => {}) {
      const { t } = this.data;
      this.setData({ testing: true, finding: t.testing, awaited: '' });
      watch(this, {
        server: address,
        onReady: (ready) => {
          const finding = fill(t.ready, { model: ready.model.name });
          this.setData({ testing: false, finding, awaited: awaitedText(ready) });
          onOurs();
        },
        onFailure: ({ kind }) => {
          const { title, sentence } = texts().failures[kind];
          this.setData({ testing: false, finding: fill(t.failed, { title, sentence }), awaited: '' });
          if (NOT_YET.has(kind)) onOurs();
        },
      });
    },

    /** @returns {string | null} the address in the field; null, with a message, if it cannot be used */
    checked() {
      const { draft, t } = this.data;
      // That of 微信云托管 cannot be typed, but tested.
      const address = draft === defaultServer() ? draft : parseAddress(draft);
      if (address && isAllowed(address)) return address;
      this.setData({ finding: address ? t.publicAddress : t.invalid, testing: false });
      return null;
    },

    save() {
      const address = this.checked();
      if (address) this.use(address, '');
    },

    /**
     * @param {string} address
     * @param {string} finding  result of the test, or ''
     */
    use(address, finding) {
      const { t } = this.data;
      unwatch(this);
      try {
        chooseServer(address);
      } catch {
        return this.setData({ finding: t.notSaved });
      }
      this.fillIn(address);
      this.setData({ finding: [finding, t.saved].filter(Boolean).join(' ') });
      this.triggerEvent('change', { server: address });
    },

    reset() {
      forgetServer();
      const server = currentServer();
      this.fillIn(editable());
      this.setData({ finding: this.data.t.wasReset });
      this.triggerEvent('change', { server });
    },
  },
});

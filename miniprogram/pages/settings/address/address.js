// @ts-check
const { asFailure } = require('../../../services/http/failure');
const { chooseServer, currentServer, defaultServer, forgetServer } = require('../../../services/server/address');
const { isLoopback, parseAddress } = require('../../../services/server/url');
const { isPhone } = require('../../../services/device/device-info');
const { wxPromise } = require('../../../services/device/wx-promise');
const { readiness } = require('../../../services/api/readiness');
const { fill, texts } = require('../../../texts/texts');

/**
 * @typedef {object} Found  result of testing an address
 * @property {string} sentence
 * @property {boolean} ours  whether it is a PaiShi server, ready or not
 */

/** @type {ReadonlySet<import('../../../services/http/failure').FailureKind>} failures that only a PaiShi server returns */
const NOT_YET = new Set(
  /** @type {import('../../../services/http/failure').FailureKind[]} */ (['model-loading', 'model-unavailable'])
);

/**
 * The address of the server, for developers: shows, edits, scans, tests and resets it.
 *
 * Events: `change` with the new `server`.
 */
Component({
  data: {
    t: texts().server,
    /** Text of the field. */
    draft: '',
    explanation: '',
    /** Line below the field: result of the test or of validation. */
    finding: '',
    testing: false,
    onPhone: false,
  },
  lifetimes: {
    attached() {
      const t = texts().server;
      this.setData({ t, explanation: fill(t.sentence, { address: defaultServer() }) });
      this.fillIn(currentServer());
    },
  },
  methods: {
    /** @param {WechatMiniprogram.Input} event */
    type({ detail: { value } }) {
      this.fillIn(value);
    },

    /** @param {string} draft */
    fillIn(draft) {
      const onPhone = isPhone() && isLoopback(parseAddress(draft) || '');
      this.setData({ draft, finding: '', testing: false, onPhone });
    },

    async scan() {
      const { t } = this.data;
      try {
        const { result } = await wxPromise(wx.scanCode, {
          onlyFromCamera: false,
          scanType: /** @type {['qrCode']} */ (['qrCode']),
        });
        return await this.takeScanned(result);
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
    async takeScanned(code) {
      const address = /^https?:/i.test(code.trim()) ? parseAddress(code) : null;
      if (!address) return this.setData({ finding: this.data.t.scanForeign });
      this.fillIn(address);
      const found = await this.try(address);
      if (found && found.ours) this.use(address, found.sentence);
    },

    test() {
      const address = this.checked();
      if (address && !this.data.testing) this.try(address);
    },

    /**
     * @param {string} address
     * @returns {Promise<Found | null>} null if the field was edited meanwhile
     */
    async try(address) {
      const { draft } = this.data;
      this.setData({ testing: true, finding: this.data.t.testing });
      const found = await this.ask(address);
      if (!this.data.testing || this.data.draft !== draft) return null;
      this.setData({ testing: false, finding: found.sentence });
      return found;
    },

    /**
     * @param {string} address
     * @returns {Promise<Found>}
     */
    ask(address) {
      return readiness(address).promise.then(
        ({ model }) => ({ sentence: fill(this.data.t.ready, { model: model.name }), ours: true }),
        (thrown) => {
          const { kind } = asFailure(thrown);
          const { title, sentence } = texts().failures[kind];
          return { sentence: fill(this.data.t.failed, { title, sentence }), ours: NOT_YET.has(kind) };
        }
      );
    },

    /** @returns {string | null} the address in the field; null, with a message, if it is invalid */
    checked() {
      const address = parseAddress(this.data.draft);
      if (!address) this.setData({ finding: this.data.t.invalid, testing: false });
      return address;
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
      this.fillIn(server);
      this.setData({ finding: this.data.t.wasReset });
      this.triggerEvent('change', { server });
    },
  },
});

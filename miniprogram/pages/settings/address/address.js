// @ts-check
const { asFailure } = require('../../../services/http/failure');
const { chooseServer, currentServer, defaultServer, forgetServer } = require('../../../services/server/address');
const { isLoopback, parseAddress } = require('../../../services/server/url');
const { isPhone } = require('../../../services/device/device-info');
const { wxPromise } = require('../../../services/device/wx-promise');
const { readiness } = require('../../../services/api/readiness');
const { fill, texts } = require('../../../texts/texts');

/**
 * @typedef {object} Found  what the test of an address came to
 * @property {string} sentence
 * @property {boolean} ours  whether it is a recogniser, be it ready or not yet
 */

/** @type {ReadonlySet<import('../../../services/http/failure').FailureKind>} what only a recogniser says */
const NOT_YET = new Set(
  /** @type {import('../../../services/http/failure').FailureKind[]} */ (['model-loading', 'model-unavailable'])
);

/**
 * The address of the server, for developers: seen, typed or scanned, tried, put back.
 *
 * Events: `change` with the `server` that is used from now on.
 */
Component({
  data: {
    t: texts().server,
    /** What stands in the field. */
    draft: '',
    explanation: '',
    /** One line under the field: what the test or the check of the address found. */
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
     * A code may say anything: it is used only once a recogniser has answered there.
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
     * @returns {Promise<Found | null>} null where the field was edited meanwhile: nobody asks any more
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

    /** @returns {string | null} the address in the field; null and a word about it where it is none */
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
     * @param {string} finding  what is known about it
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

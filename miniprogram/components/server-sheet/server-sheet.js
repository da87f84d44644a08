// @ts-check
const { asFailure } = require('../../services/failure');
const { chooseServer, currentServer, defaultServer, forgetServer } = require('../../services/server-address');
const { isLoopback, parseAddress } = require('../../services/address');
const { isPhone } = require('../../services/device');
const { readiness } = require('../../services/readiness');
const { fill, texts } = require('../../texts/texts');

/**
 * The address of the server, for developers: seen, tried, changed, put back.
 *
 * Events: `change` after another address was stored, `close` when the sheet is done.
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
      const draft = currentServer();
      this.setData({ t, draft, explanation: fill(t.sentence, { address: defaultServer() }) });
      this.warn(draft);
    },
  },
  methods: {
    /** @param {WechatMiniprogram.Input} event */
    type(event) {
      const draft = event.detail.value;
      this.setData({ draft, finding: '', testing: false });
      this.warn(draft);
    },

    /** @param {string} draft */
    warn(draft) {
      this.setData({ onPhone: isPhone() && isLoopback(parseAddress(draft) || '') });
    },

    async test() {
      const draft = this.data.draft;
      const address = this.checked();
      if (!address || this.data.testing) return;
      this.setData({ testing: true, finding: this.data.t.testing });
      const finding = await this.ask(address);
      // An answer about an address that was edited meanwhile would be read as one about the new address.
      if (this.data.testing && this.data.draft === draft) this.setData({ testing: false, finding });
    },

    /**
     * @param {string} address
     * @returns {Promise<string>}
     */
    ask(address) {
      return readiness(address).promise.then(
        ({ model }) => fill(this.data.t.ready, { model: model.name }),
        (thrown) => {
          const { title, sentence } = texts().failures[asFailure(thrown).kind];
          return `${title}：${sentence}`;
        }
      );
    },

    /** @returns {string | null} the address in the field; null and a word about it where it is none */
    checked() {
      const address = parseAddress(this.data.draft);
      if (!address) this.setData({ finding: this.data.t.invalid });
      return address;
    },

    save() {
      const address = this.checked();
      if (!address) return;
      chooseServer(address);
      this.leave();
    },

    reset() {
      forgetServer();
      this.leave();
    },

    leave() {
      this.triggerEvent('change');
      this.close();
    },

    close() {
      this.triggerEvent('close');
    },
  },
});

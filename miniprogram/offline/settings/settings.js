// @ts-check
const { asFailure } = require('../../services/http/failure');
const { canRunModels } = require('../../services/offline/state');
const { cancel, count, goOn, install, onChange, remove, sizeOf, status } = require('../services/installation');
const { confirm, confirmDeletion } = require('../../services/device/confirm');
const { fetchDescription } = require('../services/description');
const { fill, texts } = require('../../texts/texts');
const { hasEngine } = require('../services/session');
const { offlineTexts } = require('../texts/texts');
const { showTitle } = require('../../services/device/navigation');
const { textScale } = require('../../services/device/device-info');
const { megabytes, viewOf } = require('./view');
const { wxPromise } = require('../../services/device/wx-promise');

/** @typedef {import('../../contract').OnDevice} OnDevice */

/** What the server says if it has no model for phones; a server of an earlier version has no such route. */
const UNAVAILABLE = new Set(['on-device-off', 'model-not-exported', 'not-found']);

/** @returns {Promise<boolean>} whether the connection is paid for by the byte; true if the phone does not know */
function isMobile() {
  return wxPromise(wx.getNetworkType, {}).then(
    ({ networkType }) => networkType !== 'wifi',
    () => true
  );
}

/** The switch for offline recognition, and the download of its model. */
Page({
  data: {
    t: offlineTexts(),
    scale: 1,
    ...viewOf(null, null),
    stage: /** @type {import('../services/installation').Status['stage'] | 'unsupported'} */ ('off'),
    /** Whether the server was asked and has answered. */
    known: false,
    /** Why the server did not describe its model. */
    refusal: /** @type {{title: string, sentence: string} | null} */ (null),
  },

  /** What the server has; null until it answered. */
  offered: /** @type {OnDevice | null} */ (null),
  asking: /** @type {import('../../services/http/task').Task<OnDevice> | null} */ (null),
  endListening: () => {},

  async onLoad() {
    this.setData({ t: offlineTexts(), scale: textScale() });
    if (!canRunModels()) return this.setData({ stage: 'unsupported' });
    this.endListening = onChange(() => this.present());
    this.present();
    void count();
    if (await hasEngine()) this.ask();
    else this.setData({ stage: 'unsupported' });
  },

  onShow() {
    showTitle(this.data.t.title);
  },

  onUnload() {
    this.endListening();
    if (this.asking) this.asking.cancel();
  },

  /** Asks the server for its model. */
  async ask() {
    this.setData({ known: false, refusal: null });
    this.asking = fetchDescription();
    try {
      this.offered = await this.asking.promise;
    } catch (thrown) {
      const { kind } = asFailure(thrown);
      if (kind === 'cancelled') return;
      const { later, unavailableSentence, unavailableTitle } = this.data.t;
      const unavailable = { title: unavailableTitle, sentence: unavailableSentence };
      const failed = { title: texts().failures[kind].title, sentence: later };
      this.setData({ refusal: UNAVAILABLE.has(kind) ? unavailable : failed });
    }
    this.setData({ known: true });
    this.present();
  },

  present() {
    this.setData(viewOf(status(), this.offered));
  },

  /** @param {WechatMiniprogram.SwitchChange} event */
  async turn({ detail: { value } }) {
    // The switch has moved already; it shows what is so as soon as that is decided.
    this.setData({ on: value });
    if (value) await this.fetch();
    else await this.turnOff();
    this.present();
  },

  /** Downloads what the server has, after a question where that costs money. */
  async fetch() {
    const { t } = this.data;
    const { offered } = this;
    if (!offered) return;
    const sentence = fill(t.mobileSentence, { size: megabytes(sizeOf(offered)) });
    if ((await isMobile()) && !(await confirm(t.mobileTitle, sentence, t.mobileYes, t.mobileNo))) return;
    install(offered);
  },

  /** @returns {Promise<unknown>} */
  async turnOff() {
    const { t, used } = this.data;
    if (!used) return cancel();
    const sentence = fill(t.removeSentence, { size: used });
    return (await confirmDeletion(t.removeTitle, sentence, t.removeYes, t.removeNo)) && remove();
  },

  goOn() {
    goOn();
  },

  cancel() {
    void cancel();
  },
});

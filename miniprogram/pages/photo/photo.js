// @ts-check
const { asFailure, failure } = require('../../services/http/failure');
const { fetchFit, storedFit } = require('../../services/api/readiness');
const { choosePhoto } = require('../../services/device/album');
const { currentServer, isServerSet, mayChangeServer } = require('../../services/server/address');
const { isOwnPhone, refusalOf } = require('./refusal');
const { journey } = require('./journey');
const { lastResult } = require('./last');
const { forget, remember } = require('../../services/history/history');
const { openSettings } = require('../../services/device/navigation');
const { texts } = require('../../texts/texts');
const { textScale } = require('../../services/device/device-info');

/**
 * @typedef {import('../../services/http/failure').FailureKind} FailureKind
 * @typedef {import('./journey').Arrival} Arrival
 * @typedef {import('../../services/http/task').Task<Arrival>} Journey
 * @typedef {import('./waiting/waiting').Progress} Progress
 *
 * `aim`: no photo yet. `waiting`: the photo is on its way or being looked at. `failed`: it came to nothing.
 * What it came to otherwise is on the result page.
 * @typedef {'aim' | 'waiting' | 'failed'} Stage
 */

/** @type {Progress} */
const SENDING = { phase: 'sending', percent: 0, warming: null, seconds: 0 };

/** What belongs to one photo, as it is before anything is known about it. */
const FRESH = {
  progress: SENDING,
  refusal: /** @type {import('./refusal').Refusal | null} */ (null),
};

/** @type {ReadonlySet<FailureKind | ''>} what another network may mend */
const OF_THE_NETWORK = new Set(/** @type {FailureKind[]} */ (['offline', 'unreachable']));

Page({
  data: {
    t: texts().photo,
    scale: 1,
    stage: /** @type {Stage} */ ('aim'),
    /** Whether the page shows. */
    awake: false,
    framed: false,
    last: /** @type {import('./last').Last | null} */ (null),
    /** What stands above everything while nothing can be recognised. */
    banner: '',
    mayChange: false,
    /** The photo in sight. A path, never the bytes. */
    picture: '',
    ...FRESH,
  },

  photo: '',
  /** The address that the page knows about. */
  server: '',
  /** What is under way; whatever ends after being replaced here says nothing any more. */
  recognising: /** @type {Journey | null} */ (null),
  /** While the album is open the result waits: another photo may take its place. */
  choosing: false,
  /** The result, until it is seen. */
  entry: /** @type {import('../../services/history/history').Entry | null} */ (null),
  failed: /** @type {FailureKind | ''} */ (''),
  /** What was done by itself for this photo, once each. */
  sentAgain: { interrupted: false, online: false },
  /** Since the photo failed. */
  cameOnline: false,

  onLoad() {
    this.setData({ t: texts().photo, scale: textScale(), mayChange: mayChangeServer() });
    this.lookAtServer();
    this.onNetwork = this.onNetwork.bind(this);
    wx.onNetworkStatusChange(this.onNetwork);
  },

  onReady() {
    wx.setNavigationBarTitle({ title: texts().title });
  },

  onShow() {
    this.setData({ awake: true, last: lastResult() });
    if (this.server !== currentServer()) this.turnToServer();
    this.goOn();
  },

  onHide() {
    this.setData({ awake: false });
  },

  onUnload() {
    wx.offNetworkStatusChange(/** @type {() => void} */ (this.onNetwork));
    const { recognising } = this;
    this.recognising = null;
    if (recognising) recognising.cancel();
  },

  /** Says at once what a developer would otherwise learn from the first photo. */
  lookAtServer() {
    this.server = currentServer();
    const { t } = this.data;
    const ownPhone = isOwnPhone() ? t.ownPhone : '';
    this.setData({ banner: isServerSet() ? ownPhone : t.unset });
    this.lookAtFit();
  },

  /** Another address was chosen: a photo that failed at the old one gets its chance at once. */
  turnToServer() {
    this.lookAtServer();
    this.retry();
  },

  async lookAtFit() {
    const server = currentServer();
    this.setData({ framed: storedFit(server) === 'crop' });
    if (!isServerSet()) return;
    const fit = await fetchFit(server);
    if (currentServer() === server) this.setData({ framed: fit === 'crop' });
  },

  /** Calls off whatever is under way, and a result that nobody has seen. */
  drop() {
    const { recognising, entry } = this;
    this.recognising = null;
    this.entry = null;
    if (recognising) recognising.cancel();
    if (entry) void forget(entry.id);
  },

  /** @param {WechatMiniprogram.CustomEvent<{path: string}>} event */
  onPhoto(event) {
    this.take(event.detail.path);
  },

  /** @param {string} path  of a photo; the newest wins */
  take(path) {
    this.photo = path;
    this.sentAgain = { interrupted: false, online: false };
    this.send();
  },

  /** Another photo in the place of this one, which goes on until there is another. */
  async change() {
    if (this.choosing) return;
    this.choosing = true;
    const choice = await choosePhoto();
    this.choosing = false;
    if (choice.outcome === 'chosen' && this.data.stage !== 'aim') return this.take(choice.path);
    const capture = texts().capture;
    if (choice.outcome === 'no-consent') wx.showToast({ title: capture.albumNoConsent, icon: 'none' });
    if (choice.outcome === 'failed') wx.showToast({ title: capture.albumFailed, icon: 'none' });
    this.goOn();
  },

  retry() {
    if (this.data.stage !== 'failed') return;
    this.sentAgain = { interrupted: false, online: false };
    this.send();
  },

  /** Back to the camera; also the way out of waiting. */
  again() {
    this.drop();
    this.failed = '';
    this.setData({ ...FRESH, stage: 'aim', picture: '' });
  },

  send() {
    this.drop();
    this.failed = '';
    this.setData({ ...FRESH, stage: 'waiting', picture: this.photo });
    if (!isServerSet()) return this.refuse(failure('address-not-set'));
    const task = journey(this.photo, {
      onProgress: (percent) => this.progress(task, { ...SENDING, phase: phaseOf(percent), percent }),
      onWaiting: ({ seconds }) => this.progress(task, { ...SENDING, phase: 'queueing', seconds }),
      onWarming: (warming) => this.progress(task, { ...SENDING, phase: 'warming', warming }),
    });
    this.recognising = task;
    task.promise.then(
      (arrival) => this.arrive(task, arrival),
      (thrown) => {
        if (this.recognising === task) this.refuse(asFailure(thrown));
      }
    );
  },

  /**
   * @param {Journey} task
   * @param {Progress} progress
   */
  progress(task, progress) {
    const { phase, percent } = this.data.progress;
    const counts = progress.phase === 'queueing' || progress.phase === 'warming';
    const same = phase === progress.phase && percent === progress.percent && !counts;
    if (this.recognising === task && !same) this.setData({ progress });
  },

  /**
   * @param {Journey} task
   * @param {Arrival} arrival
   */
  async arrive(task, arrival) {
    const entry = await remember(arrival);
    if (this.recognising !== task) return forget(entry.id);
    this.recognising = null;
    this.entry = entry;
    return this.goOn();
  },

  /** What had to wait until the page shows, the album is closed or the network is back. */
  goOn() {
    if (!this.data.awake || this.choosing) return;
    const { entry, failed, sentAgain } = this;
    if (entry) {
      this.entry = null;
      this.openResult(entry.id);
    } else if (failed === 'interrupted' && !sentAgain.interrupted) {
      sentAgain.interrupted = true;
      this.send();
    } else if (this.cameOnline && OF_THE_NETWORK.has(failed) && !sentAgain.online) {
      sentAgain.online = true;
      this.send();
    }
  },

  /** @param {string} id  of what is in the history */
  openResult(id) {
    wx.navigateTo({
      url: `/pages/result/result?id=${id}`,
      complete: () => {
        // What one comes back to is the camera.
        if (this.data.stage === 'waiting') this.again();
        this.setData({ last: lastResult() });
      },
    });
  },

  /** @param {import('../../services/http/failure').Failure} reason */
  refuse(reason) {
    this.recognising = null;
    this.failed = reason.kind;
    this.cameOnline = false;
    this.goOn();
    if (!this.recognising) this.setData({ stage: 'failed', refusal: refusalOf(reason) });
  },

  /** @param {{isConnected: boolean}} network */
  onNetwork({ isConnected }) {
    this.cameOnline = isConnected;
    this.goOn();
  },

  copyRequestId() {
    const { refusal } = this.data;
    if (refusal) wx.setClipboardData({ data: refusal.requestId });
  },

  openLast() {
    const { last } = this.data;
    if (last) this.openResult(last.id);
  },

  openHistory() {
    wx.navigateTo({ url: '/pages/history/history' });
  },

  openSettings() {
    openSettings();
  },
});

/**
 * @param {number} percent  of the photo sent
 * @returns {'sending' | 'reading'}
 */
function phaseOf(percent) {
  return percent >= 100 ? 'reading' : 'sending';
}

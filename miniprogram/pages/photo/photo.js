// @ts-check
const { asFailure, failure } = require('../../services/http/failure');
const { choosePhoto } = require('../../services/device/album');
const { consenting } = require('../../components/privacy-sheet/consenting');
const { copyText } = require('../../services/device/clipboard');
const { currentServer, isServerSet, mayOfferAddress } = require('../../services/server/address');
const { failureNotice, isServerOnPhone } = require('./failure-notice');
const { fetchAbilities, storedAbilities } = require('../../services/api/readiness');
const { discard, remember } = require('../../services/history/history');
const { INITIAL, nextState, SENDING } = require('./journey-state');
const { lastResult } = require('./last-result');
const { openSettings, showTitle } = require('../../services/device/navigation');
const { recognise } = require('../../services/offline/recognise');
const { fill, texts } = require('../../texts/texts');
const { isRelease, textScale } = require('../../services/device/device-info');
const { takeForwarded } = require('../../services/device/forwarded-photos');

/** @typedef {import('./journey-state').Journey} Journey */

/** Parts of the state that are rendered as they are. */
const RENDERED = /** @type {const} */ (['stage', 'visible', 'progress', 'total']);
/** Photos that may be chosen from the album at once. */
const MOST = 9;

Page({
  behaviors: [consenting],

  data: {
    t: texts().photo,
    scale: 1,
    framed: false,
    /** Whether the server can be taught. */
    teaching: false,
    last: /** @type {import('./last-result').LastResult | null} */ (null),
    /** Warning at the top while nothing can be recognised. */
    banner: '',
    mayChange: false,
    notice: /** @type {import('./failure-notice').FailureNotice | null} */ (null),
    stage: INITIAL.stage,
    visible: INITIAL.visible,
    /** Path of the photo, never the bytes. */
    picture: INITIAL.photo,
    progress: INITIAL.progress,
    /** Photos that were chosen together, and the place of this one as text. */
    total: INITIAL.total,
    place: '',
    placeLabel: '',
    most: MOST,
  },

  journey: INITIAL,
  /** The recognition of the latest attempt; it may have ended. */
  task: /** @type {import('../../services/http/task').Task<unknown> | null} */ (null),
  /** The address that the banner and the frame are for. */
  server: '',

  onLoad() {
    this.setData({ t: texts().photo, scale: textScale(), mayChange: mayOfferAddress() });
    this.checkServer();
    this.onNetwork = this.onNetwork.bind(this);
    wx.onNetworkStatusChange(this.onNetwork);
  },

  onShow() {
    showTitle(texts().title);
    this.setData({ last: lastResult() });
    if (this.server !== currentServer()) {
      this.checkServer();
      // A photo that failed at the old address may succeed at the new one.
      this.retry();
    }
    // Before the page counts as visible, so that the camera does not open for a moment.
    const [photo, ...rest] = takeForwarded();
    if (photo) this.dispatch({ type: 'take', photo, rest: rest.slice(0, MOST - 1) });
    this.dispatch({ type: 'show' });
  },

  onHide() {
    this.dispatch({ type: 'hide' });
  },

  onUnload() {
    wx.offNetworkStatusChange(/** @type {() => void} */ (this.onNetwork));
    this.dispatch({ type: 'unload' });
  },

  /** Warns about the address before the first photo fails. */
  checkServer() {
    this.server = currentServer();
    const { t } = this.data;
    const ownPhone = isServerOnPhone() ? t.ownPhone : '';
    this.setData({ banner: isServerSet() ? ownPhone : isRelease() ? t.notOpen : t.unset });
    this.frame();
  },

  async frame() {
    const server = currentServer();
    this.showAbilities(storedAbilities(server));
    if (!isServerSet()) return;
    const abilities = await fetchAbilities(server);
    if (currentServer() === server) this.showAbilities(abilities);
  },

  /** @param {import('../../services/api/readiness').Abilities} abilities */
  showAbilities({ fit, teaching }) {
    this.setData({ framed: fit === 'crop', teaching });
  },

  /** @param {import('./journey-state').JourneyEvent} event */
  dispatch(event) {
    const before = this.journey;
    const now = nextState(before, event);
    this.journey = now;
    this.release(before, event);
    this.render(before);
    if (now.attempt !== before.attempt) this.recognise();
    if (now.stage === 'opening' && before.stage !== 'opening') this.openResults(now);
  },

  /**
   * Cancels a recognition and deletes a result that the new state has no use for.
   *
   * @param {Journey} before
   * @param {import('./journey-state').JourneyEvent} event
   */
  release(before, event) {
    const { attempt, entryId, stage } = this.journey;
    const isOver = stage !== 'recognising' || attempt !== before.attempt;
    const hasEnded = event.type === 'recognised' || event.type === 'fail';
    if (before.stage === 'recognising' && isOver && !hasEnded) this.task?.cancel();
    if (event.type === 'recognised' && this.journey === before) void discard(event.entryId);
    if (before.stage === 'recognised' && !entryId) void discard(before.entryId);
  },

  /** @param {Journey} before */
  render(before) {
    const { failure: reason, photo, place, stage, total } = this.journey;
    if (stage === 'closed') return;
    /** @type {Record<string, unknown>} */
    const changes = {};
    for (const key of RENDERED) if (this.journey[key] !== before[key]) changes[key] = this.journey[key];
    if (photo !== before.photo) changes.picture = photo;
    if (place !== before.place || total !== before.total) {
      changes.place = `${place}/${total}`;
      changes.placeLabel = fill(this.data.t.place, { place, total });
    }
    if (reason !== before.failure) changes.notice = reason && failureNotice(reason);
    if (Object.keys(changes).length) this.setData(changes);
  },

  /** Recognises the photo of the current attempt. */
  recognise() {
    const { attempt, photo } = this.journey;
    if (!isServerSet()) return this.dispatch({ type: 'fail', attempt, failure: failure('address-not-set') });
    const report = (/** @type {Partial<import('./waiting/waiting').Progress>} */ progress) =>
      this.dispatch({ type: 'progress', attempt, progress: { ...SENDING, ...progress } });
    const task = recognise(photo, {
      onProgress: (percent) => report({ phase: percent >= 100 ? 'reading' : 'sending', percent }),
      onWaiting: ({ seconds }) => report({ phase: 'queueing', seconds }),
      onWarming: (warming) => report({ phase: 'warming', warming }),
    });
    this.task = task;
    task.promise.then(remember).then(
      ({ id }) => this.dispatch({ type: 'recognised', attempt, entryId: id }),
      (thrown) => this.dispatch({ type: 'fail', attempt, failure: asFailure(thrown) })
    );
  },

  /** @param {WechatMiniprogram.CustomEvent<{path: string, rest: string[]}>} event */
  onPhoto({ detail: { path, rest } }) {
    this.dispatch({ type: 'take', photo: path, rest });
  },

  /** Lets the user replace the photo, whose recognition goes on until another is chosen. */
  async change() {
    if (this.journey.albumOpen) return;
    this.dispatch({ type: 'open-album' });
    const choice = await choosePhoto();
    const capture = texts().capture;
    if (choice.outcome === 'no-consent') wx.showToast({ title: capture.albumNoConsent, icon: 'none' });
    if (choice.outcome === 'undeclared') wx.showToast({ title: capture.albumUndeclared, icon: 'none' });
    if (choice.outcome === 'failed') wx.showToast({ title: capture.albumFailed, icon: 'none' });
    this.dispatch({ type: 'close-album', photo: choice.outcome === 'chosen' ? choice.path : '' });
  },

  retry() {
    this.dispatch({ type: 'retry' });
  },

  /** Goes on with the next of several photos. */
  skip() {
    this.dispatch({ type: 'skip' });
  },

  /** Returns to the camera, also from a recognition in progress. */
  again() {
    this.dispatch({ type: 'cancel' });
  },

  /** Several results are all in the history. @param {Journey} journey */
  openResults({ entryId, total }) {
    if (total > 1) this.leaveFor('/pages/history/history');
    else this.openResult(entryId);
  },

  /** @param {string} id  of a result in the history */
  openResult(id) {
    this.leaveFor(`/pages/result/result?id=${id}`);
  },

  /** @param {string} url  of a page that shows results */
  leaveFor(url) {
    wx.navigateTo({
      url,
      complete: () => {
        this.dispatch({ type: 'result-opened' });
        this.setData({ last: lastResult() });
      },
    });
  },

  /** @param {{isConnected: boolean}} network */
  onNetwork({ isConnected }) {
    this.dispatch({ type: 'connection', online: isConnected });
  },

  async copyRequestId() {
    const { notice } = this.data;
    const problem = notice && (await copyText(notice.requestId));
    if (problem) wx.showToast({ title: problem, icon: 'none' });
  },

  openLast() {
    const { last } = this.data;
    if (last) this.openResult(last.id);
  },

  openHistory() {
    wx.navigateTo({ url: '/pages/history/history' });
  },

  openTaught() {
    wx.navigateTo({ url: '/pages/taught/taught' });
  },

  openSettings() {
    openSettings();
  },
});

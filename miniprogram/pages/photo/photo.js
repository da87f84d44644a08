// @ts-check
const { asFailure, failure } = require('../../services/failure');
const { changePermission } = require('../../services/permission');
const { currentServer, isServerSet, mayChangeServer } = require('../../services/server-address');
const { echo } = require('../../services/echo');
const { promised } = require('../../services/promised');
const { recognise } = require('../../services/recognise');
const { isOwnPhone, refusalOf } = require('./refusal');
const { rowsOf } = require('../result/ranking/rows');
const { savePhoto } = require('../../services/album');
const { fill, speaksChinese, texts } = require('../../texts/texts');
const { textScale } = require('../../services/device');

/**
 * @typedef {import('../../contract').Predictions} Predictions
 * @typedef {import('../../services/echo').EchoedPhoto} EchoedPhoto
 * @typedef {import('./waiting/waiting').Progress} Progress
 *
 * `aim`: no photo yet. `waiting`: the photo is on its way or being looked at. `done`, `failed`: over.
 * @typedef {'aim' | 'waiting' | 'done' | 'failed'} Stage
 */

const t = texts().photo;

/** @type {Progress} */
const SENDING = { phase: 'sending', percent: 0, warming: null, seconds: 0 };

/** What belongs to one photo, as it is before anything is known about it. */
const FRESH = {
  progress: SENDING,
  rows: /** @type {import('../result/ranking/rows').Row[]} */ ([]),
  by: '',
  refusal: /** @type {import('./refusal').Refusal | null} */ (null),
  /** The server's picture: not asked for, on its way, in sight, or behind the person's own. */
  echo: /** @type {'none' | 'fetching' | 'shown' | 'hidden'} */ ('none'),
  caption: '',
  message: '',
  saving: false,
};

/** @type {Record<import('../../services/album').SaveOutcome, string>} what is said below the buttons */
const SAVE_MESSAGES = {
  saved: '',
  cancelled: '',
  'not-permitted': '',
  'no-consent': t.saveNoConsent,
  failed: t.saveFailed,
};

Page({
  data: {
    t,
    scale: 1,
    stage: /** @type {Stage} */ ('aim'),
    /** What stands above everything while nothing can be recognised. */
    banner: '',
    mayChange: false,
    settingsOpen: false,
    /** The picture in sight: the photo, or what the server made of it. A path, never the bytes. */
    picture: '',
    ...FRESH,
  },

  photo: '',
  echoed: /** @type {EchoedPhoto | null} */ (null),
  /** What is under way; whatever ends after being replaced here says nothing any more. */
  recognising: /** @type {import('../../services/task').Task<Predictions> | null} */ (null),
  echoing: /** @type {import('../../services/task').Task<EchoedPhoto> | null} */ (null),

  onLoad() {
    this.setData({ scale: textScale(), mayChange: mayChangeServer() });
    this.lookAtServer();
  },

  /** Says at once what a developer would otherwise learn from the first photo. */
  lookAtServer() {
    const ownPhone = isOwnPhone() ? t.ownPhone : '';
    this.setData({ banner: isServerSet() ? ownPhone : t.unset });
  },

  onReady() {
    wx.setNavigationBarTitle({ title: texts().title });
  },

  onUnload() {
    this.drop();
  },

  /** Calls off whatever is under way. */
  drop() {
    const { recognising, echoing } = this;
    this.recognising = null;
    this.echoing = null;
    if (recognising) recognising.cancel();
    if (echoing) echoing.cancel();
  },

  /** @param {WechatMiniprogram.CustomEvent<{path: string}>} event */
  onPhoto(event) {
    this.photo = event.detail.path;
    this.echoed = null;
    this.send();
  },

  retry() {
    if (this.data.stage === 'failed') this.send();
  },

  /** Back to the camera; also the way out of waiting. */
  again() {
    this.drop();
    this.setData({ ...FRESH, stage: 'aim', picture: '' });
  },

  send() {
    this.drop();
    this.setData({ ...FRESH, stage: 'waiting', picture: this.photo });
    if (!isServerSet()) return this.refuse(failure('address-not-set'));
    const task = recognise(this.photo, {
      onProgress: (percent) => this.progress(task, { ...SENDING, phase: phaseOf(percent), percent }),
      onWaiting: ({ seconds }) => this.progress(task, { ...SENDING, phase: 'queueing', seconds }),
      onWarming: (warming) => this.progress(task, { ...SENDING, phase: 'warming', warming }),
    });
    this.recognising = task;
    task.promise.then(
      // A task that was called off has no result, whatever comes after.
      (predictions) => this.show(predictions),
      (thrown) => {
        if (this.recognising === task) this.refuse(asFailure(thrown));
      }
    );
  },

  /**
   * @param {import('../../services/task').Task<Predictions>} task
   * @param {Progress} progress
   */
  progress(task, progress) {
    const { phase, percent } = this.data.progress;
    const counts = progress.phase === 'queueing' || progress.phase === 'warming';
    const same = phase === progress.phase && percent === progress.percent && !counts;
    if (this.recognising === task && !same) this.setData({ progress });
  },

  /** @param {Predictions} predictions */
  show({ predictions, model }) {
    this.recognising = null;
    this.setData({
      stage: 'done',
      rows: rowsOf(predictions, speaksChinese()),
      by: fill(t.by, { model: model.name }),
    });
  },

  /** @param {import('../../services/failure').Failure} reason */
  refuse(reason) {
    this.recognising = null;
    this.setData({ stage: 'failed', refusal: refusalOf(reason) });
  },

  copyRequestId() {
    const { refusal } = this.data;
    if (refusal) wx.setClipboardData({ data: refusal.requestId });
  },

  async save() {
    if (this.data.saving) return;
    const { picture } = this.data;
    this.setData({ saving: true, message: '' });
    let outcome = await savePhoto(picture);
    if (outcome === 'not-permitted' && (await this.permitSaving())) outcome = await savePhoto(picture);
    if (outcome === 'saved') wx.showToast({ title: t.saved, icon: 'success' });
    if (this.data.picture === picture) this.setData({ saving: false, message: SAVE_MESSAGES[outcome] });
  },

  /** @returns {Promise<boolean>} whether the person allowed it in the settings */
  async permitSaving() {
    const { confirm } = await promised(wx.showModal, {
      title: t.permissionTitle,
      content: t.permissionSentence,
      confirmText: t.toSettings,
      cancelText: t.notNow,
    });
    return confirm && (await changePermission('scope.writePhotosAlbum')) === 'granted';
  },

  /** Between the photo and the server's picture of it; fetched at the first wish. */
  toggleEcho() {
    if (this.data.echo === 'fetching') return;
    if (this.data.echo === 'shown') this.setData({ echo: 'hidden', picture: this.photo, caption: '' });
    else if (this.echoed) this.showEcho(this.echoed);
    else this.fetchEcho();
  },

  fetchEcho() {
    this.setData({ echo: 'fetching', message: '' });
    const task = echo(currentServer(), this.photo);
    this.echoing = task;
    task.promise.then(
      (echoed) => {
        this.echoed = echoed;
        this.showEcho(echoed);
      },
      (thrown) => {
        if (this.echoing === task) this.missEcho(asFailure(thrown));
      }
    );
  },

  /** @param {import('../../services/failure').Failure} reason */
  missEcho(reason) {
    const { title, sentence } = refusalOf(reason);
    this.setData({ echo: 'none', message: `${title}：${sentence}` });
  },

  /** @param {EchoedPhoto} echoed */
  showEcho({ path, width, height }) {
    const caption = `${t.echoed} · ${width} × ${height}`;
    this.setData({ echo: 'shown', picture: path, caption });
  },

  openSettings() {
    this.setData({ settingsOpen: true });
  },

  closeSettings() {
    this.setData({ settingsOpen: false });
  },

  /** Another address: a photo that failed at the old one gets its chance at once. */
  onServerChange() {
    this.lookAtServer();
    this.retry();
  },
});

/**
 * @param {number} percent  of the photo sent
 * @returns {'sending' | 'reading'}
 */
function phaseOf(percent) {
  return percent >= 100 ? 'reading' : 'sending';
}

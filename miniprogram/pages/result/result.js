// @ts-check
const { asFailure, failure } = require('../../services/http/failure');
const { captionOf, classCalled, unsureOf } = require('./words');
const { cardOf, pathOf, queryOf, questionOf, sharedFrom, sharedOf } = require('./share');
const { confirmDeletion } = require('../../services/device/confirm');
const { copyText } = require('../../services/device/clipboard');
const { correct, entry, forget } = require('../../services/history/history');
const { explain } = require('../../services/api/explain');
const { fill, texts } = require('../../texts/texts');
const { forwardPhoto } = require('../../services/device/forwarded-photos');
const { inLanguage, namesOf } = require('../../services/text/display-names');
const { currentServer, isCloudServer, isServerSet } = require('../../services/server/address');
const { CAMERA, leave, showTitle, toCamera } = require('../../services/device/navigation');
const { offer, sendWaiting } = require('../../services/corrections/send');
const { quizzing } = require('./quiz-sheet/quizzing');
const { reading } = require('../../components/class-card/reading');
const { rowsOf } = require('./ranking/rows');
const { saveAsking, saveMessage } = require('./saving');
const { isRelease, isSinglePage, textScale } = require('../../services/device/device-info');
const { sendLessons } = require('../../services/teaching/lessons');
const { storedAbilities } = require('../../services/api/readiness');

/**
 * @typedef {import('../../services/history/history').Entry} Entry
 * @typedef {import('../../contract').Explanation} Explanation
 */

Page({
  behaviors: [reading, quizzing],

  data: {
    t: texts().result,
    taughtTexts: texts().teaching.result,
    scale: 1,
    stage: /** @type {'opening' | 'shown' | 'shared' | 'gone'} */ ('opening'),
    /** The result that somebody shared, in `shared`. */
    shared: /** @type {import('./share').Shared | null} */ (null),
    /** Whether this page is all there is, as in Moments: nothing on it may lead elsewhere. */
    alone: false,
    /** Id of the result on this phone, in `shown`. */
    resultId: '',
    /** Path of the photo, or of the server's echo; never the bytes. */
    picture: '',
    caption: '',
    rows: /** @type {import('./ranking/rows').Row[]} */ ([]),
    sure: true,
    /** Shown if the model is not confident. */
    unsure: { title: '', sentence: '' },
    by: '',
    heading: '',
    /** Names of the user's correction. */
    corrected: /** @type {import('../../services/text/display-names').Names | null} */ (null),
    /** Id of the class whose heat map is shown or loading. */
    looked: '',
    looking: false,
    heated: false,
    /** Percent; opacity of the heat map. */
    strength: 75,
    /** Line on the photo, which is always in sight: about the heat map, or what went wrong. */
    note: '',
    /** Id of what the names scroll to. */
    into: '',
    /** The sheet that is open: the page behind it is hidden from screen readers. */
    sheet: /** @type {'' | 'correction' | 'more' | 'quiz' | 'consent'} */ (''),
    /** Whether the file of the photo is gone: then it cannot be enlarged. */
    missing: false,
    saving: false,
    mayEcho: false,
    /** Whether the server can be taught. */
    teaching: false,
    /** Whether the phone recognised it by itself: only the server draws heat maps, and knows what was taught. */
    offline: false,
  },

  id: '',
  /** The upload in progress, which is asked about all names; the result of any other task is ignored. */
  explaining: /** @type {import('../../services/http/task').Task<Explanation> | null} */ (null),

  /** @param {Record<string, string | undefined>} query  the `id` of a result on this phone, or a shared result */
  onLoad(query) {
    this.id = query.id || '';
    const alone = isSinglePage();
    this.setData({
      t: texts().result,
      taughtTexts: texts().teaching.result,
      scale: textScale(),
      alone,
      mayEcho: !isRelease() && !isCloudServer(),
      teaching: !alone && storedAbilities(currentServer()).teaching,
    });
    const shared = sharedFrom(query);
    if (shared) return this.setData({ stage: 'shared', shared });
    this.present();
    if (!this.entry()) return;
    // Retry corrections and lessons that failed earlier: a result was just received, so the connection may work.
    sendWaiting();
    void sendLessons();
  },

  onShow() {
    showTitle(this.data.t.title);
  },

  onUnload() {
    // A heat map that is being drawn is not wanted any more either.
    this.unlook();
  },

  /** @returns {Entry | null} null if it was deleted, or was never on this phone */
  entry() {
    return entry(this.id);
  },

  present() {
    const found = this.entry();
    if (!found) return this.setData({ stage: 'gone' });
    const { t } = this.data;
    const { corrected, confident, model, offline, photo, predictions } = found;
    this.setData({
      stage: 'shown',
      resultId: this.id,
      picture: photo,
      rows: rowsOf(predictions),
      sure: confident,
      unsure: unsureOf(found),
      by: fill(t.by, { model: model.name }),
      heading: corrected ? t.guesses : confident ? t.results : t.maybe,
      corrected: corrected && inLanguage(corrected.name),
      offline,
      teaching: this.data.teaching && !offline,
      mayEcho: this.data.mayEcho && !offline,
    });
    this.findQuiz(found);
  },

  /** @param {WechatMiniprogram.CustomEvent<{id: string}>} event  id of the class that was tapped */
  onLook({ detail: { id } }) {
    if (this.data.looked === id) this.unlook();
    else this.look(id);
  },

  /** Back to the photo alone. */
  unlook() {
    this.stopLooking();
    this.setData({ looked: '', looking: false, heated: false, note: '' });
  },

  stopLooking() {
    const task = this.explaining;
    this.explaining = null;
    if (task) task.cancel();
  },

  /** @param {string} id  of a class */
  look(id) {
    const found = this.entry();
    const row = this.data.rows.find((one) => one.id === id);
    if (!found || !row) return;
    this.photoBack();
    const { name } = row;
    this.setData({ looked: id, looking: true, heated: false, note: fill(this.data.t.looking, { name }) });
    if (!isServerSet()) return this.missHeat(failure('address-not-set'));
    // The photo that is on its way is asked about all names.
    if (!this.explaining) this.explain(found, row);
  },

  /**
   * @param {Entry} found
   * @param {import('./ranking/rows').Row} row  the first that is wanted
   */
  explain(found, row) {
    const { id } = row;
    const others = this.data.rows.filter(({ likelihood }) => likelihood !== 'negligible').map((one) => one.id);
    const task = explain(found, id, others);
    this.explaining = task;
    /** @param {() => void} proceed */
    const ended = (proceed) => {
      if (this.explaining !== task) return;
      this.explaining = null;
      // Another name may have been tapped meanwhile.
      if (this.data.looked === id) proceed();
      else this.look(this.data.looked);
    };
    task.promise.then(
      (explanation) => ended(() => void this.showHeat(explanation, row)),
      (thrown) => ended(() => this.missHeat(asFailure(thrown), row.taught))
    );
  },

  /**
   * @param {Explanation} explanation
   * @param {import('./ranking/rows').Row} row
   */
  async showHeat(explanation, { id, name }) {
    await this.selectComponent('#picture').show(explanation);
    if (this.data.looked === id) {
      this.setData({ looking: false, heated: true, note: fill(this.data.t.looked, { name }) });
    }
  },

  /** @param {WechatMiniprogram.SliderChange} event  during and after sliding */
  onStrength({ detail: { value } }) {
    this.setData({ strength: value });
  },

  /**
   * @param {import('../../services/http/failure').Failure} reason
   * @param {boolean} [taught]  whether it is about a taught thing
   */
  missHeat({ kind }, taught = false) {
    const { t, taughtTexts } = this.data;
    const gone = taught && (kind === 'not-found' || kind === 'request-invalid');
    const unknown = gone ? taughtTexts.gone : t.unknownClass;
    const note = gone || kind === 'request-invalid' ? unknown : fill(t.failed, texts().failures[kind]);
    this.setData({ looked: '', looking: false, note });
  },

  /** @param {WechatMiniprogram.CustomEvent<{path: string, caption: string}>} event  of the server's picture */
  onPicture({ detail: { path, caption } }) {
    this.unlook();
    const found = this.entry();
    this.setData({ picture: path || (found ? found.photo : ''), caption });
  },

  photoBack() {
    const echo = this.selectComponent('#echo');
    if (echo) echo.back();
  },

  askCorrection() {
    this.setData({ sheet: 'correction' });
  },

  openMore() {
    this.setData({ sheet: 'more', missing: this.selectComponent('#picture').isMissing() });
  },

  /** WeChat asks for consent, above any other sheet. */
  onConsent() {
    this.setData({ sheet: 'consent' });
  },

  closeSheet() {
    this.setData({ sheet: '' });
  },

  /** @param {WechatMiniprogram.CustomEvent<{id?: string, text?: string}>} event */
  onCorrect({ detail: { id, text = '' } }) {
    /** @type {Entry | null} */
    const found = this.entry();
    this.closeSheet();
    if (!found) return;
    const chosen = found.predictions.find((prediction) => prediction.id === id);
    this.keepCorrection(chosen || classCalled(found, text));
  },

  /** Teaches this photo, under the name that the user gave it or gives it there. */
  teach() {
    this.closeSheet();
    wx.navigateTo({ url: `/pages/teach/teach?result=${this.id}` });
  },

  undoCorrection() {
    this.keepCorrection(null);
  },

  /** @param {import('../../services/history/history').Correction | string | null} correction */
  keepCorrection(correction) {
    const entry = correct(this.id, correction);
    this.present();
    // The names may be scrolled away from the one that was set. Only a change scrolls.
    this.setData({ into: '' });
    this.setData({ into: 'said' });
    if (!entry) return;
    const { corrected } = this.data;
    if (corrected) wx.showToast({ title: `${this.data.t.corrected} ${corrected.name}`, icon: 'none' });
    offer(entry);
  },

  /** @returns {string} the displayed name or kind, or the name of the first prediction */
  name() {
    const found = this.entry();
    const names = found && namesOf(found);
    const [row] = this.data.rows;
    return names ? names.name : row ? row.name : '';
  },

  /** @param {string} problem  is shown on the photo; if '', what was said of an earlier one goes */
  tell(problem) {
    const { heated, looking, note } = this.data;
    this.setData({ note: problem || (heated || looking ? note : '') });
  },

  async copy() {
    this.closeSheet();
    this.tell(await copyText(this.name()));
  },

  /** The viewer has the menu that a long press on the photo opens, which not everybody can do. */
  enlarge() {
    this.closeSheet();
    this.selectComponent('#picture').enlarge();
  },

  async save() {
    this.closeSheet();
    const found = this.entry();
    if (this.data.saving || !found) return;
    this.setData({ saving: true });
    /** @type {Promise<string>} */
    const drawn = this.selectComponent('#drawing').forAlbum(found.photo, captionOf(found));
    const outcome = await drawn.then(saveAsking).catch(() => /** @type {const} */ ('failed'));
    if (outcome === 'saved') wx.showToast({ title: this.data.t.saved, icon: 'success' });
    this.setData({ saving: false });
    this.tell(saveMessage(outcome));
  },

  /** @param {{target?: {dataset?: {quiz?: boolean}}}} how */
  onShareAppMessage({ target } = {}) {
    const found = this.entry();
    const quiz = found && target && target.dataset && target.dataset.quiz && this.quizCard(found);
    if (quiz) return quiz;
    const shared = this.shared();
    if (!shared) return { title: texts().title, path: `/${CAMERA}` };
    const title = questionOf(shared);
    const path = pathOf(shared);
    if (!found) return { title, path };
    /** @type {Promise<string>} */
    const drawn = this.selectComponent('#drawing').forFriends(found.photo, cardOf(shared));
    // Without a picture WeChat uses a screenshot of the page.
    const promise = drawn.then(
      (imageUrl) => ({ title, path, imageUrl }),
      () => ({ title, path })
    );
    return { title, path, promise };
  },

  /** Moments open this page on other phones, in the single-page mode. */
  onShareTimeline() {
    const found = this.entry();
    const shared = this.shared();
    if (!shared) return { title: texts().title, query: '' };
    const card = { title: questionOf(shared), query: queryOf(shared) };
    return found ? { ...card, imageUrl: found.photo } : card;
  },

  /** @returns {import('./share').Shared | null} what others may see of the result on this page; null if there is none */
  shared() {
    const found = this.entry();
    return found ? sharedOf(found) : this.data.shared;
  },

  async remove() {
    const { t } = this.data;
    this.closeSheet();
    if (!(await confirmDeletion(t.removeTitle, t.removeSentence, t.removeConfirm, t.removeCancel))) return;
    await forget(this.id);
    leave();
  },

  again() {
    toCamera();
  },

  /** Sends a photo that the phone recognised by itself to the server. */
  resend() {
    const found = this.entry();
    this.closeSheet();
    if (found) forwardPhoto(found.photo);
    toCamera();
  },
});

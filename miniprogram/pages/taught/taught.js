// @ts-check
const { asFailure } = require('../../services/http/failure');
const { confirm } = require('../../services/device/confirm');
const { consenting } = require('../../components/privacy-sheet/consenting');
const { serverName } = require('../../services/server/address');
const { fill, texts } = require('../../texts/texts');
const { findCovers, isKnown, refresh, things } = require('../../services/teaching/book');
const { insist, isForgetting, onLesson, remove, rename, sendLessons, skip, waitingChanges, whyWaiting } = require('../../services/teaching/lessons');
const { itemOf } = require('./items');
const { showTitle } = require('../../services/device/navigation');
const { textScale } = require('../../services/device/device-info');

/**
 * @typedef {import('./items').Item} Item
 * @typedef {import('../../services/teaching/queue').Change} Change
 */

/** Milliseconds for which a removal can be undone. */
const UNDO = 6000;

Page({
  behaviors: [consenting],

  data: {
    t: texts().teaching.taught,
    scale: 1,
    /** `opening` until the list is there, so that an empty one is not shown for a moment. */
    stage: /** @type {'opening' | 'empty' | 'shown' | 'failed'} */ ('opening'),
    items: /** @type {Item[]} */ ([]),
    count: '',
    /** Line about the connection or about what waits. */
    line: '',
    /** Whether there is something to retry. */
    stuck: false,
    failure: { title: '', sentence: '' },
    /** Key of the row that is being renamed, and its name; '' if none is. */
    renaming: '',
    renamed: '',
    /** The thing whose photos are looked at. */
    viewed: /** @type {Item | null} */ (null),
    /** Line about the last removal, while it can be undone. */
    removed: '',
  },

  endLessons: () => {},
  /** The failure of the last refresh. */
  offline: /** @type {import('../../services/http/failure').Failure | null} */ (null),
  refreshing: /** @type {import('../../services/http/task').Task<unknown> | null} */ (null),
  removal: /** @type {ReturnType<typeof remove> | null} */ (null),
  timer: 0,
  visible: false,
  /** Whether a dialog about a refused change is open. */
  asking: false,

  onLoad() {
    this.setData({ t: texts().teaching.taught, scale: textScale() });
    this.endLessons = onLesson(({ type }) => {
      if (type !== 'progress') this.draw();
    });
    this.onNetwork = this.onNetwork.bind(this);
    wx.onNetworkStatusChange(this.onNetwork);
    void findCovers().then(() => this.draw());
  },

  onShow() {
    this.visible = true;
    showTitle(this.data.t.title);
    this.retry();
  },

  onHide() {
    this.visible = false;
  },

  onUnload() {
    wx.offNetworkStatusChange(/** @type {() => void} */ (this.onNetwork));
    this.endLessons();
    this.forgetRemoval();
    if (this.refreshing) this.refreshing.cancel();
  },

  /** @param {{isConnected: boolean}} network */
  onNetwork({ isConnected }) {
    if (isConnected) this.retry();
  },

  /** Sends what waits, and then fetches the list. */
  async retry() {
    await sendLessons();
    const task = refresh(() => this.arrive(null));
    this.refreshing = task;
    task.promise.catch((thrown) => {
      const failure = asFailure(thrown);
      if (failure.kind !== 'cancelled') this.arrive(failure);
    });
  },

  /** @param {import('../../services/http/failure').Failure | null} failure  of the list; null if it is here */
  arrive(failure) {
    this.offline = failure;
    this.draw(true);
  },

  /** @param {boolean} [asked]  whether the server was asked for its list */
  draw(asked = false) {
    const { stage, t } = this.data;
    const items = things().map(itemOf);
    const known = isKnown() || items.length > 0;
    if (!known && !asked && stage === 'opening') return;
    this.setData({
      items,
      stage: this.stageFor(items, known),
      count: fill(t.count, { count: items.length, server: serverName() }),
      failure: texts().failures[this.offline ? this.offline.kind : 'unreachable'],
      ...this.lineFor(),
    });
    void this.ask();
  },

  /**
   * @param {Item[]} items
   * @param {boolean} known  whether there is a list, maybe of earlier
   * @returns {'empty' | 'shown' | 'failed'}
   */
  stageFor(items, known) {
    if (items.length) return 'shown';
    return this.offline && !known ? 'failed' : 'empty';
  },

  /** @returns {{line: string, stuck: boolean}} */
  lineFor() {
    const { t } = this.data;
    const { failures } = texts();
    const waiting = waitingChanges().filter(({ refused }) => !refused);
    const why = whyWaiting() || (this.offline ? this.offline.kind : '');
    const reason = why && failures[why].title;
    if (isForgetting()) return { line: fill(t.forgetting, { reason }), stuck: true };
    if (waiting.length && why) return { line: fill(t.queue, { count: waiting.length, reason }), stuck: true };
    if (waiting.length) return { line: fill(t.underWay, { count: waiting.length }), stuck: false };
    return why && isKnown() ? { line: fill(t.offline, { reason }), stuck: true } : { line: '', stuck: false };
  },

  /** Asks about the first change that the server refuses. */
  async ask() {
    const change = waitingChanges().find(({ refused }) => refused);
    if (!change || this.asking || !this.visible) return;
    this.asking = true;
    if (change.kind === 'rename') await this.askRename(change);
    else await this.askLesson(change);
    this.asking = false;
    this.draw();
  },

  /** @param {Change} change  a refused name */
  async askRename({ key, name, refused }) {
    const { t } = this.data;
    if (refused === 'taught-name-exists') {
      const sentence = fill(t.mergeSentence, { name });
      if (await confirm(t.mergeTitle, sentence, t.merge, t.keep)) return insist(key, { force: true });
    } else if (refused) this.say(fill(t.refused, { name, title: texts().failures[refused].title }));
    skip(key);
  },

  /** @param {Change} change  a refused photo or removal */
  async askLesson({ key, kind, name, refused }) {
    const { t } = this.data;
    if (!refused) return;
    const { title, sentence } = texts().failures[refused];
    if (kind !== 'teach') {
      this.say(title);
      return skip(key);
    }
    const line = fill(t.lessonRefused, { name, title });
    if (await confirm(line, sentence, t.look, t.cancel)) return this.teach(name);
    skip(key);
  },

  /** @param {string} title */
  say(title) {
    wx.showToast({ title, icon: 'none' });
  },

  /** @param {string} [name]  of a thing that gets more photos */
  teach(name) {
    wx.navigateTo({ url: `/pages/teach/teach${name ? `?name=${encodeURIComponent(name)}` : ''}` });
  },

  teachNew() {
    this.teach();
  },

  /** @param {WechatMiniprogram.CustomEvent<{key: string}>} event */
  onAdd({ detail: { key } }) {
    const item = this.item(key);
    if (item) this.teach(item.name);
  },

  /** @param {WechatMiniprogram.CustomEvent<{key: string}>} event */
  onRename({ detail: { key } }) {
    const item = this.item(key);
    if (item) this.setData({ renaming: key, renamed: item.name });
  },

  /** @param {WechatMiniprogram.CustomEvent<{key: string}>} event */
  onPhotos({ detail: { key } }) {
    this.setData({ viewed: this.item(key) || null });
  },

  closePhotos() {
    this.setData({ viewed: null });
  },

  closeRename() {
    this.setData({ renaming: '' });
  },

  /** @param {WechatMiniprogram.CustomEvent<{name: string}>} event  the new name */
  onName({ detail: { name } }) {
    const item = this.item(this.data.renaming);
    this.closeRename();
    if (item && name !== item.name) rename(item, name);
  },

  /**
   * @param {string} key
   * @returns {Item | undefined}
   */
  item(key) {
    return this.data.items.find((one) => one.key === key);
  },

  /** @param {WechatMiniprogram.CustomEvent<{key: string}>} event */
  onRemove({ detail: { key } }) {
    const item = this.item(key);
    if (!item) return;
    this.forgetRemoval();
    this.removal = remove(item);
    this.timer = setTimeout(() => this.forgetRemoval(), UNDO);
    this.setData({ removed: fill(this.data.t.removed, { name: item.name }) });
  },

  /** The removal stays. */
  forgetRemoval() {
    clearTimeout(this.timer);
    const { removal } = this;
    this.removal = null;
    if (removal) removal.over();
    if (this.data.removed) this.setData({ removed: '' });
  },

  async undo() {
    const { removal } = this;
    if (!removal) return;
    clearTimeout(this.timer);
    this.removal = null;
    this.setData({ removed: '' });
    try {
      await removal.undo();
    } catch (thrown) {
      const { kind } = asFailure(thrown);
      this.say(fill(this.data.t.undoFailed, { title: texts().failures[kind].title }));
    }
  },
});

// @ts-check
const { adviceFor, endingOf, itemOf, stateOf, sureness } = require('./lesson-list');
const { allowTeaching, mayTeach } = require('../../services/teaching/consent');
const { consenting } = require('../../components/privacy-sheet/consenting');
const { serverName } = require('../../services/server/address');
const { ENOUGH, refresh, roomFor, thingCalled, things } = require('../../services/teaching/book');
const { entry } = require('../../services/history/history');
const { fileSize } = require('../../services/device/file-size');
const { fill, texts } = require('../../texts/texts');
const { find, photos } = require('../../services/teaching/queue');
const { inLanguage } = require('../../services/text/display-names');
const { leave, showTitle, toCamera } = require('../../services/device/navigation');
const { insist, onLesson, sendLessons, skip, teach, waitingChanges, whyWaiting } = require('../../services/teaching/lessons');
const { NAME_LETTERS, taughtName } = require('../../services/teaching/names');
const { textScale } = require('../../services/device/device-info');

/**
 * @typedef {import('./lesson-list').Lesson} Lesson
 * @typedef {import('./lesson-list').LessonItem} LessonItem
 */

const LIST = 'pages/taught/taught';
/** Photos that may be chosen from the album at once. */
const ALBUM = 9;
/** Taught names that are offered. */
const NAMES = 8;

Page({
  behaviors: [consenting],

  data: {
    t: texts().teaching.teach,
    scale: 1,
    stage: /** @type {'name' | 'photos' | 'done'} */ ('name'),
    /** Whether the sheet of consent is open. */
    asking: false,
    consentSentence: '',
    consentFailed: false,
    letters: NAME_LETTERS,
    draft: '',
    invalid: false,
    known: /** @type {string[]} */ ([]),
    /** Path of the photo of a result, which is taught first; '' if there is none. */
    picture: '',
    name: '',
    heading: '',
    visible: false,
    items: /** @type {LessonItem[]} */ ([]),
    /** Photos that were taught, of this visit and earlier. */
    count: 0,
    gaugeLabel: '',
    sure: '',
    enough: false,
    advice: '',
    most: ALBUM,
    /** Line below the photos. */
    status: '',
    /** Whether the queue waits for a better network. */
    blocked: false,
    ending: /** @type {import('./lesson-list').Ending} */ ({ title: '', sentence: '', ready: false }),
    /** Key of the refused photo about which the user is asked; '' if none is. */
    questioned: '',
    message: '',
  },

  lessons: /** @type {Lesson[]} */ ([]),
  /** Keys of refused photos about which the user was asked. */
  asked: /** @type {Set<string>} */ (new Set()),
  /** What the server took the last photo for, as a line. */
  seen: '',
  /** Photos of the thing as the server counted them last. */
  taughtCount: 0,
  endLessons: () => {},
  endRefresh: () => {},

  /** @param {{result?: string, name?: string}} query  a result whose photo is taught, or the name of a thing */
  onLoad({ result = '', name = '' }) {
    const t = texts().teaching.teach;
    this.lessons = [];
    this.asked = new Set();
    this.setData({
      t,
      scale: textScale(),
      asking: !mayTeach(),
      consentSentence: fill(t.consentSentence, { server: serverName() }),
      known: things().map((thing) => thing.name).slice(0, NAMES),
    });
    this.endLessons = onLesson((lesson) => this.onLesson(lesson));
    this.onNetwork = this.onNetwork.bind(this);
    wx.onNetworkStatusChange(this.onNetwork);
    if (name) this.begin(decodeURIComponent(name));
    else void this.prepare(result);
    if (mayTeach()) this.learnNames();
  },

  onShow() {
    showTitle(this.data.t.title);
    this.setData({ visible: true });
    void sendLessons();
  },

  onHide() {
    this.setData({ visible: false });
  },

  onUnload() {
    wx.offNetworkStatusChange(/** @type {() => void} */ (this.onNetwork));
    this.endLessons();
    this.endRefresh();
  },

  /** @param {{isConnected: boolean}} network */
  onNetwork({ isConnected }) {
    if (isConnected) void sendLessons();
  },

  /**
   * Takes over the photo of a result and the name that the user gave it.
   *
   * @param {string} id  of the result
   */
  async prepare(id) {
    const found = entry(id);
    if (!found) return;
    const { corrected, photo } = found;
    const draft = corrected ? inLanguage(corrected.name).name : '';
    this.setData({ draft, picture: (await fileSize(photo)) > 0 ? photo : '' });
  },

  /** Fetches the taught names, so that one can be chosen and its photos are counted. */
  learnNames() {
    const task = refresh(() => {
      const names = things().map((thing) => thing.name);
      this.setData({ known: names.slice(0, NAMES) });
      this.count();
      this.draw();
    });
    // If it fails, the names that the phone knows are there already.
    task.promise.catch(() => {});
    this.endRefresh = task.cancel;
  },

  agree() {
    try {
      allowTeaching();
    } catch {
      return this.setData({ consentFailed: true });
    }
    this.setData({ asking: false });
    this.learnNames();
  },

  disagree() {
    leave();
  },

  /** @param {WechatMiniprogram.Input} event */
  type({ detail: { value } }) {
    this.setData({ draft: value, invalid: false });
  },

  /** @param {WechatMiniprogram.TouchEvent} event  on a taught name */
  choose({ currentTarget }) {
    this.begin(currentTarget.dataset.name);
  },

  next() {
    const name = taughtName(this.data.draft);
    if (name) this.begin(name);
    else this.setData({ invalid: true });
  },

  /** @param {string} name */
  begin(name) {
    const waiting = waitingChanges().filter((change) => change.kind === 'teach' && change.name === name);
    this.lessons = waiting.map(({ key, file }) => ({ key, path: photos.path(file), taught: false, percent: 0 }));
    this.setData({ stage: 'photos', name, heading: fill(this.data.t.teaching, { name }) });
    this.count();
    this.draw();
    const { picture } = this.data;
    if (picture) this.add(picture);
  },

  /** @param {WechatMiniprogram.CustomEvent<{path: string, rest: string[]}>} event */
  onPhoto({ detail: { path, rest } }) {
    for (const photo of [path, ...rest]) this.add(photo);
  },

  /** @param {string} path  of a photo */
  async add(path) {
    const { name, t } = this.data;
    if (roomFor(name) <= 0) return this.setData({ message: fill(t.full, { name }) });
    this.setData({ message: '' });
    try {
      const { key } = await teach(path, name);
      this.lessons.push({ key, path, taught: false, percent: 0 });
      this.draw();
    } catch (error) {
      console.warn(error);
      this.setData({ message: t.noRoom });
    }
  },

  /** @param {import('../../services/teaching/lessons').Lesson} event */
  onLesson(event) {
    const lesson = event.type === 'changed' ? null : this.lessons.find(({ key }) => key === event.key);
    if (event.type === 'progress' && lesson) lesson.percent = event.percent;
    if (event.type === 'taught' && lesson) {
      const { thing, seen_as: seen, is_class: isClass } = event.taught;
      const { t } = this.data;
      lesson.taught = true;
      this.taughtCount = thing.count;
      this.seen = isClass ? fill(t.isClass, { name: thing.name }) : fill(t.seenAs, { name: inLanguage(seen.name).name });
    }
    this.draw();
  },

  /** Counts the photos that the server has. */
  count() {
    const thing = thingCalled(this.data.name);
    this.taughtCount = thing ? thing.count : 0;
  },

  draw() {
    const { name, stage, t } = this.data;
    if (stage === 'name') return;
    const blocked = whyWaiting();
    const reason = blocked && texts().failures[blocked].title;
    this.lessons = this.lessons.filter(({ key, taught }) => taught || find(key));
    const items = this.lessons.map((lesson, index) => itemOf(lesson, stateOf(lesson, find(lesson.key), blocked !== ''), index));
    const waiting = items.filter(({ state }) => state === 'waiting').length;
    const count = this.taughtCount;
    const open = items.filter(({ state }) => state !== 'taught' && state !== 'refused').length;
    this.setData({
      items,
      count,
      gaugeLabel: fill(t.gaugeLabel, { count }),
      sure: sureness(count),
      enough: count >= ENOUGH,
      advice: adviceFor(count + open),
      most: Math.max(1, Math.min(ALBUM, roomFor(name))),
      blocked: waiting > 0,
      status: waiting ? fill(t.waiting, { count: waiting, reason }) : this.seen,
      ending: endingOf(name, count, items, reason),
    });
    this.ask(items);
  },

  /**
   * Asks about each refused photo once.
   *
   * @param {LessonItem[]} items
   */
  ask(items) {
    const { questioned } = this.data;
    if (questioned && items.some(({ key, state }) => key === questioned && state === 'refused')) return;
    const next = items.find(({ key, state }) => state === 'refused' && !this.asked.has(key));
    if (next) this.asked.add(next.key);
    const key = next ? next.key : '';
    if (key !== questioned) this.setData({ questioned: key });
  },

  /** @param {WechatMiniprogram.TouchEvent} event  on a photo */
  openQuestion({ currentTarget }) {
    const { key, state } = currentTarget.dataset;
    if (state === 'refused') this.setData({ questioned: key });
  },

  closeQuestion() {
    this.setData({ questioned: '' });
  },

  /** @param {WechatMiniprogram.CustomEvent<{name?: string, force?: boolean}>} event  the decision */
  onInsist({ detail }) {
    const { questioned } = this.data;
    this.closeQuestion();
    // A photo of another thing is taught, but no longer counted here.
    if (detail.name) this.lessons = this.lessons.filter(({ key }) => key !== questioned);
    insist(questioned, detail);
  },

  onSkip() {
    const { questioned } = this.data;
    this.closeQuestion();
    skip(questioned);
  },

  retry() {
    void sendLessons();
  },

  finish() {
    this.setData({ stage: 'done' });
    this.draw();
  },

  more() {
    this.setData({ stage: 'photos' });
    this.draw();
  },

  try() {
    toCamera();
  },

  toList() {
    const pages = getCurrentPages();
    const before = pages[pages.length - 2];
    if (before && before.route === LIST) wx.navigateBack({});
    else wx.redirectTo({ url: `/${LIST}` });
  },
});

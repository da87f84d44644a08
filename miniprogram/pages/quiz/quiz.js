// @ts-check
const { CAMERA, showTitle, toCamera } = require('../../services/device/navigation');
const { fill, texts } = require('../../texts/texts');
const { inLanguage } = require('../../services/text/display-names');
const { isSinglePage, textScale } = require('../../services/device/device-info');
const { nameOfClass } = require('../../services/text/class-names');
const { pathOf, queryOf, questionOf } = require('./question');

/**
 * @typedef {object} Choice
 * @property {string} id  of the class
 * @property {string} letter
 * @property {string} name
 * @property {string} other  name in the other language; '' if it is the same
 * @property {'' | 'right' | 'wrong' | 'rest'} state  '' until one was chosen
 * @property {string} label  for a screen reader
 */

/**
 * @param {string} id
 * @returns {import('../../services/text/display-names').Names}
 */
function namesOfClass(id) {
  const name = nameOfClass(id);
  return name ? inLanguage(name) : { name: '', other: '' };
}

/**
 * @param {import('./question').Question} question
 * @param {string} chosen  id of the class that was chosen; '' if none yet
 * @returns {Choice[]}
 */
function choicesOf({ choices, answer }, chosen) {
  const t = texts().quiz;
  return choices.map((id, index) => {
    const names = namesOfClass(id);
    const state = !chosen ? '' : id === answer ? 'right' : id === chosen ? 'wrong' : 'rest';
    const label = state === 'right' ? fill(t.choiceRight, names) : state === 'wrong' ? fill(t.choiceWrong, names) : names.name;
    return { id, letter: String.fromCharCode('A'.charCodeAt(0) + index), ...names, state, label };
  });
}

/** A quiz that a friend sent, also in the single-page mode of Moments. It needs no server and stores nothing. */
Page({
  data: {
    t: texts().quiz,
    scale: 1,
    /** Whether this page is all there is, as in Moments: nothing on it may lead elsewhere. */
    alone: false,
    stage: /** @type {'opening' | 'asked' | 'answered' | 'gone'} */ ('opening'),
    choices: /** @type {Choice[]} */ ([]),
    /** The question, later whether the choice was right. */
    heading: '',
    /** What to do, later the answer. */
    line: '',
  },

  question: /** @type {import('./question').Question | null} */ (null),

  /** @param {Record<string, string | undefined>} query  see question.js */
  onLoad(query) {
    const question = questionOf(query);
    this.question = question;
    const t = texts().quiz;
    this.setData({
      t,
      scale: textScale(),
      alone: isSinglePage(),
      stage: question ? 'asked' : 'gone',
      heading: t.friend,
      line: t.look,
      choices: question ? choicesOf(question, '') : [],
    });
  },

  onShow() {
    showTitle(this.data.t.title);
  },

  /** @param {WechatMiniprogram.TouchEvent} event  with the id of the class */
  choose({ currentTarget }) {
    const { question } = this;
    if (!question || this.data.stage !== 'asked') return;
    const { t } = this.data;
    const { id } = currentTarget.dataset;
    this.setData({
      stage: 'answered',
      choices: choicesOf(question, id),
      heading: id === question.answer ? t.right : t.wrong,
      line: fill(t.answer, { name: namesOfClass(question.answer).name }),
    });
  },

  shoot() {
    toCamera();
  },

  onShareAppMessage() {
    const { question } = this;
    return question ? { title: this.data.t.question, path: pathOf(question) } : { title: texts().title, path: `/${CAMERA}` };
  },

  onShareTimeline() {
    const { question } = this;
    return question ? { title: this.data.t.question, query: queryOf(question) } : { title: texts().title, query: '' };
  },
});

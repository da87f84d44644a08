// @ts-check
const { fill, texts } = require('../../../texts/texts');
const { inLanguage } = require('../../../services/text/display-names');
const { nameOfClass } = require('../../../services/text/class-names');
const { pathOf, questionFrom } = require('../../quiz/question');
const { saveAsking, saveMessage } = require('../saving');
const { sharedOf } = require('../share');
const { sharePicture } = require('../../../services/device/share-picture');

/** @typedef {import('../../../services/history/history').Entry} Entry */

/**
 * @param {string} id  of a class
 * @returns {string}
 */
function nameOf(id) {
  const name = nameOfClass(id);
  return name ? inLanguage(name).name : '';
}

/**
 * @param {import('../../quiz/question').Question} question
 * @returns {import('../../../services/text/quiz-picture').QuizTexts}
 */
function quizTexts({ choices, answer }) {
  const { quiz, result } = texts();
  const names = choices.map(nameOf);
  return { question: quiz.question, names, answer: fill(quiz.upsideDown, { name: nameOf(answer) }), mark: result.mark };
}

/**
 * The result page's side of the quiz. The page has `entry()`, `#drawing` and
 * `sheet`, the one that is open, and calls `findQuiz` when its result changes.
 */
const quizzing = Behavior({
  data: {
    /** Names that a friend may choose from; 0 if the result makes no quiz. */
    quizCount: 0,
    posterDrawing: false,
    posterMessage: '',
  },
  methods: {
    /** @param {Entry} entry */
    findQuiz(entry) {
      const question = questionFrom(sharedOf(entry));
      this.setData({ quizCount: question ? question.choices.length : 0 });
    },

    openQuiz() {
      this.setData({ sheet: 'quiz', posterMessage: '' });
    },

    /**
     * @param {Entry} entry
     * @returns {{title: string, path: string, promise: Promise<{title: string, path: string, imageUrl?: string}>} | null}
     *   a card for a friend, as `onShareAppMessage` returns it
     */
    quizCard(entry) {
      const question = questionFrom(sharedOf(entry));
      if (!question) return null;
      const card = { title: texts().quiz.question, path: pathOf(question) };
      /** @type {Promise<string>} */
      const drawn = this.selectComponent('#drawing').quizForFriends(entry.photo, quizTexts(question));
      const promise = drawn.then(
        (imageUrl) => ({ ...card, imageUrl }),
        () => card
      );
      return { ...card, promise };
    },

    /** Draws a picture and opens WeChat's menu for it; where that is missing or fails, saves it to the album. */
    async onPoster() {
      /** @type {Entry | null} */
      const entry = /** @type {any} */ (this).entry();
      const question = entry && questionFrom(sharedOf(entry));
      if (!question || this.data.posterDrawing) return;
      this.setData({ posterDrawing: true, posterMessage: '' });
      /** @type {string} */
      const path = await this.selectComponent('#drawing').quizPoster(entry.photo, quizTexts(question)).catch(() => '');
      const { quiz, result } = texts();
      if (!path) return this.setData({ posterDrawing: false, posterMessage: quiz.failed });
      const shared = await sharePicture(path);
      const saved = shared === 'failed' ? await saveAsking(path) : null;
      if (saved === 'saved') wx.showToast({ title: result.saved, icon: 'success' });
      this.setData({ posterDrawing: false, posterMessage: saved ? saveMessage(saved) : '' });
    },
  },
});

module.exports = { quizzing };

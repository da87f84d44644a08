// Every state of the quiz: on the result, and on the page of a friend.
import { SURE } from './answers.js';

/** @typedef {import('./states.js').State} State */

const QUERY = { privacy: 'agreed', granted: 'scope.camera,scope.writePhotosAlbum' };
const CHOICES = SURE.map(({ id }) => id).sort();
const QUESTION = `pages/quiz/quiz?q=${CHOICES.join('.')}&a=${CHOICES.indexOf(SURE[0].id)}`;
const FRIEND = { sheet: 'quiz', path: QUESTION, query: { ...QUERY, scene: '1007' } };
const RESULT = { sheet: 'quiz', path: 'pages/result/result?id=r0', query: QUERY, past: [{}] };

/** @param {number} place  of the choice @returns {State['go']} */
const choose = (place) => ({ page }) => page.getByRole('button', { name: /./ }).and(page.locator('.choice, [class*="--choice"]')).nth(place).tap();

/** @type {State['go']} */
async function openQuiz({ tap, t }) {
  await tap(t.result.more);
  await tap(t.quiz.start);
}

/** @type {State[]} */
export const QUIZ_STATES = [
  { ...RESULT, name: 'start', go: ({ tap, t }) => tap(t.result.more) },
  { ...RESULT, name: 'two ways', go: openQuiz },
  {
    ...RESULT,
    name: 'not drawn',
    async go(state) {
      const { page, tap, t } = state;
      await openQuiz(state);
      await page.evaluate(() => globalThis.simulator.fail('canvasToTempFilePath', 'no memory'));
      await tap(t.quiz.poster);
      await page.getByText(t.quiz.failed).waitFor();
    },
  },
  { ...FRIEND, name: 'asked' },
  { ...FRIEND, name: 'right', go: choose(CHOICES.indexOf(SURE[0].id)) },
  { ...FRIEND, name: 'wrong', go: choose(1) },
  { ...FRIEND, name: 'in Moments', query: { scene: '1154' }, go: choose(2) },
  { ...FRIEND, name: 'incomplete', path: 'pages/quiz/quiz?q=n1&a=0' },
];

// @ts-check
const { isKnownClass } = require('../../services/text/class-names');

/**
 * A quiz about a photo: which of some classes was recognised? Its query carries ids of classes only, whose names come
 * from this package; see pages/result/share.js.
 *
 * @typedef {object} Question
 * @property {string[]} choices  ids of 2 to 5 classes
 * @property {string} answer  id of the right one
 */

const QUIZ = 'pages/quiz/quiz';
/** The label set whose names are in this package. */
const LABELS = 'imagenet';
const MOST = 5;

/**
 * @param {import('../result/share').Shared} shared  what others may see of a result
 * @returns {Question | null} null if nobody is sure of the answer, or it has no other classes to choose from
 */
function questionFrom({ predictions, confident, corrected, model }) {
  const [first] = predictions;
  const answer = corrected || (confident && first);
  if (!answer || model.labels !== LABELS || !isKnownClass(answer.id)) return null;
  const others = predictions.map(({ id }) => id).filter((id) => id !== answer.id && isKnownClass(id));
  if (others.length === 0) return null;
  // By id, so that their order does not give the answer away.
  return { choices: [answer.id, ...others.slice(0, MOST - 1)].sort(), answer: answer.id };
}

/**
 * @param {Question} question
 * @returns {string} `q`: the choices; `a`: number of the right one, from 0
 */
function queryOf({ choices, answer }) {
  return `q=${choices.join('.')}&a=${choices.indexOf(answer)}`;
}

/**
 * @param {Question} question
 * @returns {string} path with query
 */
function pathOf(question) {
  return `/${QUIZ}?${queryOf(question)}`;
}

/**
 * Reads what `queryOf` wrote; it may come from anybody.
 *
 * @param {Record<string, string | undefined>} query  of the page
 * @returns {Question | null} null if it holds no question
 */
function questionOf({ q = '', a = '' }) {
  const choices = [...new Set(q.split('.'))];
  const answer = /^\d$/.test(a) ? choices[Number(a)] : undefined;
  const fits = choices.length >= 2 && choices.length <= MOST && choices.every(isKnownClass);
  return fits && answer ? { choices, answer } : null;
}

module.exports = { questionFrom, questionOf, queryOf, pathOf };

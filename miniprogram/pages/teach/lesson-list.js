// @ts-check
const { ENOUGH } = require('../../services/teaching/book');
const { fill, texts } = require('../../texts/texts');

/**
 * The photos of one visit to the page, and what is said about them.
 *
 * @typedef {'sending' | 'learning' | 'taught' | 'waiting' | 'refused'} LessonState
 *
 * @typedef {object} Lesson
 * @property {string} key  of its change in the queue
 * @property {string} path  of the photo
 * @property {boolean} taught
 * @property {number} percent  of the photo sent
 *
 * @typedef {object} LessonItem  as it is shown
 * @property {string} key
 * @property {string} path
 * @property {LessonState} state
 * @property {number} percent
 * @property {string} label  for a screen reader
 *
 * @typedef {object} Ending
 * @property {string} title
 * @property {string} sentence
 * @property {boolean} ready  whether there is something to try
 */

/**
 * @param {Lesson} lesson
 * @param {import('../../services/teaching/queue').Change | null} change  null if it left the queue
 * @param {boolean} blocked  whether the queue waits
 * @returns {LessonState}
 */
function stateOf({ taught, percent }, change, blocked) {
  if (taught) return 'taught';
  if (change && change.refused) return 'refused';
  if (blocked) return 'waiting';
  return percent < 100 ? 'sending' : 'learning';
}

/**
 * @param {Lesson} lesson
 * @param {LessonState} state
 * @param {number} index
 * @returns {LessonItem}
 */
function itemOf({ key, path, percent }, state, index) {
  const { photoLabel, states } = texts().teaching.teach;
  const label = fill(photoLabel, { number: index + 1, state: fill(states[state], { percent }) });
  return { key, path, state, percent, label };
}

/**
 * @param {number} count  photos of the thing so far
 * @returns {string} what to do for the next one
 */
function adviceFor(count) {
  const { angleHint, backgroundHint, firstHint } = texts().teaching.teach;
  if (count === 0) return firstHint;
  return count % 2 === 1 ? angleHint : backgroundHint;
}

/**
 * @param {number} count  photos that were taught
 * @returns {string} how sure that makes it
 */
function sureness(count) {
  const { enough, missing, none } = texts().teaching.teach;
  if (count === 0) return none;
  return count < ENOUGH ? fill(missing, { count: ENOUGH - count }) : enough;
}

/**
 * @param {string} name
 * @param {number} count  photos that were taught
 * @param {LessonItem[]} items
 * @param {string} reason  why the queue waits, as text
 * @returns {Ending}
 */
function endingOf(name, count, items, reason) {
  const t = texts().teaching.teach;
  const ready = count > 0;
  const left = items.filter(({ state }) => state === 'sending' || state === 'learning').length;
  const later = items.filter(({ state }) => state === 'waiting').length;
  if (later) return { title: t.laterTitle, sentence: fill(t.laterSentence, { count: later, name, reason }), ready };
  if (left) return { title: t.sendingTitle, sentence: fill(t.sendingSentence, { count: left, name }), ready };
  if (count >= ENOUGH) return { title: t.doneTitle, sentence: fill(t.doneSentence, { name }), ready };
  if (ready) return { title: t.fewTitle, sentence: fill(t.fewSentence, { count, name }), ready };
  return { title: t.emptyTitle, sentence: fill(t.emptySentence, { name }), ready };
}

module.exports = { stateOf, itemOf, adviceFor, sureness, endingOf };

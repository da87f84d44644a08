// @ts-check
const { relativeDay } = require('../../services/text/relative-day');
const { inLanguage, isUnsure, namesOf } = require('../../services/text/display-names');
const { fill, texts } = require('../../texts/texts');

/**
 * A result in the list; small, because all of it goes through `setData`.
 *
 * @typedef {object} Item
 * @property {string} id
 * @property {string} photo  path of a small picture
 * @property {string} name  or the rough kind if the model is not confident
 * @property {string} day
 * @property {boolean} corrected  whether the name is the user's correction
 * @property {boolean} taught  whether the name is that of a taught thing
 * @property {string} maybe  the first prediction if the model is not confident, else ''
 * @property {string} removeLabel  for a screen reader
 *
 * @typedef {{number: number, items: Item[]}} ItemPage
 */

/** Results a page of the list. */
const PAGE = 20;

/**
 * @param {import('../../services/history/history').Entry} entry
 * @param {number} now  milliseconds since 1970
 * @returns {Item}
 */
function itemOf(entry, now) {
  const { history: t, result } = texts();
  const names = namesOf(entry);
  const [first] = entry.predictions;
  const guess = first ? inLanguage(first.name).name : '';
  const name = names ? names.name : t.unsure;
  const day = relativeDay(entry.takenAt, now, t);
  return {
    id: entry.id,
    photo: entry.small,
    name,
    day,
    corrected: entry.corrected !== null,
    taught: !entry.corrected && entry.confident && first !== undefined && first.taught === true,
    maybe: isUnsure(entry) ? fill(result.maybeName, { name: guess }) : '',
    removeLabel: fill(t.removeLabel, { name, day }),
  };
}

/**
 * @param {import('../../services/history/history').Entry[]} entries
 * @param {number} count  of results to show
 * @param {number} now  milliseconds since 1970
 * @returns {ItemPage[]}
 */
function pagesOf(entries, count, now) {
  const shown = entries.slice(0, count).map((entry) => itemOf(entry, now));
  return Array.from({ length: Math.ceil(shown.length / PAGE) }, (_, number) => ({
    number,
    items: shown.slice(number * PAGE, (number + 1) * PAGE),
  }));
}

module.exports = { pagesOf, PAGE };

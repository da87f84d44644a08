// @ts-check
const { relativeDay } = require('../../services/text/relative-day');
const { inLanguage, isUnsure, namesOf } = require('../../services/text/display-names');
const { fill, texts } = require('../../texts/texts');

/**
 * A cell of the list: the title of a day, or a result of it. Small, because all of it goes through `setData`.
 *
 * @typedef {object} Title
 * @property {string} key
 * @property {string} title  day
 *
 * @typedef {object} Item
 * @property {string} key
 * @property {string} id  of the result
 * @property {string} photo  path of a small picture
 * @property {string} name  or the rough kind if the model is not confident
 * @property {boolean} corrected  whether the name is the user's correction
 * @property {boolean} taught  whether the name is that of a taught thing
 * @property {string} maybe  the first prediction if the model is not confident, else ''
 * @property {boolean} favourite
 *
 * @typedef {{number: number, cells: (Title | Item)[]}} CellPage
 *
 * @typedef {import('../../services/history/history').Entry} Entry
 */

/** Results a page of the list. */
const PAGE = 20;

/**
 * @param {Entry} entry
 * @returns {Item}
 */
function itemOf(entry) {
  const { history: t, result } = texts();
  const names = namesOf(entry);
  const [first] = entry.predictions;
  const guess = first ? inLanguage(first.name).name : '';
  return {
    key: entry.id,
    id: entry.id,
    photo: entry.small,
    name: names ? names.name : t.unsure,
    corrected: entry.corrected !== null,
    taught: !entry.corrected && entry.confident && first !== undefined && first.taught === true,
    maybe: isUnsure(entry) ? fill(result.maybeName, { name: guess }) : '',
    favourite: entry.favourite,
  };
}

/**
 * @param {Entry[]} entries  newest first
 * @param {number} count  of results to show
 * @param {number} now  milliseconds since 1970
 * @returns {CellPage[]}
 */
function pagesOf(entries, count, now) {
  const { history: t } = texts();
  /** @type {CellPage[]} */
  const pages = [];
  let day = '';
  entries.slice(0, count).forEach((entry, index) => {
    const number = Math.floor(index / PAGE);
    const page = pages[number] ?? { number, cells: [] };
    pages[number] = page;
    const title = relativeDay(entry.takenAt, now, t);
    // The same day comes twice where the clock was set back.
    if (title !== day) page.cells.push({ key: `${title} ${entry.id}`, title });
    day = title;
    page.cells.push(itemOf(entry));
  });
  return pages;
}

/**
 * @param {CellPage[]} before
 * @param {CellPage[]} after
 * @returns {Record<string, unknown>} for `setData`: cells that changed, pages whose cells are others
 */
function changesOf(before, after) {
  if (after.length < before.length) return { pages: after };
  /** @type {Record<string, unknown>} */
  const changes = {};
  after.forEach(({ number, cells }) => {
    const old = before[number]?.cells ?? [];
    if (old.length !== cells.length || cells.some(({ key }, index) => key !== old[index]?.key)) {
      changes[`pages[${number}]`] = { number, cells };
      return;
    }
    cells.forEach((cell, index) => {
      if (JSON.stringify(cell) !== JSON.stringify(old[index])) changes[`pages[${number}].cells[${index}]`] = cell;
    });
  });
  return changes;
}

module.exports = { pagesOf, changesOf, PAGE };

// @ts-check
const { CLASSES } = require('../../labels/imagenet');
const { texts } = require('../../texts/texts');
const { GROUP_LETTERS, GROUPS } = require('../../labels/groups');
const { inLanguage } = require('../../services/text/display-names');
const { nameOfClass } = require('../../services/text/class-names');
const { relativeDay } = require('../../services/text/relative-day');

/**
 * A class in the list, or the title of a group; small, because all of it goes through `setData`.
 *
 * @typedef {object} Cell
 * @property {string} key
 * @property {string} title  of the group; '' for a class
 * @property {string} id  of the class
 * @property {string} name
 * @property {string} photo  path of a small picture; '' if there is none
 * @property {string} initial  in place of the picture
 * @property {string} day
 * @property {boolean} fresh
 *
 * @typedef {{number: number, cells: Cell[]}} CellPage
 * @typedef {import('../../services/atlas/atlas').Meeting} Meeting
 */

/** Cells a page of the list. */
const PAGE = 30;

/** @type {Map<string, typeof GROUPS[number]>} class -> group */
const groupOf = new Map(
  Object.keys(CLASSES).flatMap((id, index) => {
    const group = GROUPS[GROUP_LETTERS.charCodeAt(index) - 'a'.charCodeAt(0)];
    return group ? [/** @type {const} */ ([id, group])] : [];
  })
);

/** @type {Cell} */
const EMPTY = { key: '', title: '', id: '', name: '', photo: '', initial: '', day: '', fresh: false };

/**
 * @param {Meeting} meeting
 * @param {ReadonlySet<string>} fresh  ids of the classes that are new to the user
 * @param {number} now  milliseconds since 1970
 * @returns {Cell}
 */
function cellOf({ id, at, photo }, fresh, now) {
  const found = nameOfClass(id);
  const name = found ? inLanguage(found).name : '';
  const [initial = ''] = [...name];
  const day = relativeDay(at, now, texts().history);
  return { ...EMPTY, key: id, id, name, photo, initial: initial.toUpperCase(), day, fresh: fresh.has(id) };
}

/**
 * @param {Meeting[]} met
 * @param {(meeting: Meeting) => Cell} cell
 * @returns {Cell[]} every group with its title, also those of which nothing was met
 */
function cellsByGroup(met, cell) {
  const t = texts().atlas;
  return GROUPS.flatMap((group) => {
    const own = met.filter(({ id }) => groupOf.get(id) === group);
    const all = [...groupOf.values()].filter((other) => other === group).length;
    const title = `${t.groups[group]} ${own.length}/${all}`;
    return [{ ...EMPTY, key: group, title }, ...own.map(cell)];
  });
}

/**
 * @param {Meeting[]} met  the latest first
 * @param {object} how
 * @param {'time' | 'group'} how.order
 * @param {ReadonlySet<string>} how.fresh  ids of the classes that are new to the user
 * @param {number} how.wanted  cells to show
 * @param {number} now  milliseconds since 1970
 * @returns {{pages: CellPage[], total: number}} `total`: of all cells
 */
function pagesOf(met, { order, fresh, wanted }, now) {
  const cell = (/** @type {Meeting} */ meeting) => cellOf(meeting, fresh, now);
  const cells = order === 'group' ? cellsByGroup(met, cell) : met.map(cell);
  const shown = cells.slice(0, wanted);
  const pages = Array.from({ length: Math.ceil(shown.length / PAGE) }, (_, number) => ({
    number,
    cells: shown.slice(number * PAGE, (number + 1) * PAGE),
  }));
  return { pages, total: cells.length };
}

module.exports = { pagesOf, PAGE };

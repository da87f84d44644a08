// @ts-check
const { ENOUGH } = require('../../services/teaching/book');
const { fill, texts } = require('../../texts/texts');

/**
 * A taught thing in the list.
 *
 * @typedef {object} Item
 * @property {string} key  of the row
 * @property {string} id  '' if the server does not have it yet
 * @property {string} name
 * @property {string} cover  path; '' if there is none
 * @property {string} initial  in place of a cover
 * @property {number[]} photos  numbers of those that can be looked at
 * @property {string} about  how many photos, and how sure
 * @property {boolean} enough  whether it is sure enough, and photos are compared with it now
 * @property {{add: string, photos: string, rename: string, remove: string}} labels  for a screen reader
 */

/**
 * @param {import('../../services/teaching/book').BookThing} thing
 * @returns {string}
 */
function aboutOf({ count, enough, ready, waiting }) {
  const t = texts().teaching.taught;
  const parts = [];
  if (count > 0) parts.push(fill(t.photos, { count }));
  if (waiting > 0) parts.push(fill(t.waiting, { count: waiting }));
  else if (enough) parts.push(t.enough);
  else if (count < ENOUGH) parts.push(fill(t.few, { count: ENOUGH - count }));
  return ready ? parts.join(' · ') : t.learning;
}

/**
 * @param {import('../../services/teaching/book').BookThing} thing
 * @returns {Item}
 */
function itemOf(thing) {
  const { addLabel, photosTitle, removeLabel, renameLabel } = texts().teaching.taught;
  const { id, name, cover, photos } = thing;
  const enough = thing.enough && thing.ready;
  const labels = {
    add: fill(addLabel, { name }),
    photos: fill(photosTitle, { name }),
    rename: fill(renameLabel, { name }),
    remove: fill(removeLabel, { name }),
  };
  // Two may have the same name until the server has refused it.
  const key = id || name;
  return { key, id, name, cover, initial: [...name][0] || '', photos, about: aboutOf(thing), enough, labels };
}

module.exports = { itemOf };

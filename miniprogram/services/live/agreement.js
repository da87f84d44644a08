// @ts-check

/**
 * What the latest frames agree on, as a pure reducer: one frame alone is often wrong while the camera moves.
 *
 * @typedef {{id: string, name: string} | null} Seen  what one frame was recognised as; null if the model was not confident
 *
 * @typedef {object} Agreement
 * @property {Seen[]} latest  frames, the newest last, at most LATEST
 * @property {string} name  what two of them were recognised as; '' if there is no such name
 */

const LATEST = 3;

/** @type {Agreement} before the first frame */
const NOTHING = { latest: [], name: '' };

/**
 * @param {Agreement} before
 * @param {Seen} seen
 * @returns {Agreement}
 */
function nextAgreement(before, seen) {
  const latest = [...before.latest, seen].slice(-LATEST);
  const agreed = latest.find((one, index) => one && latest.slice(index + 1).some((later) => later && later.id === one.id));
  return { latest, name: agreed ? agreed.name : '' };
}

module.exports = { nextAgreement, NOTHING };

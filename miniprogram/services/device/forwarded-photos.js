// @ts-check

/**
 * Photos that the user opened out of a chat with this mini-program (`supportedMaterials` in app.json).
 *
 * @typedef {object} EnterOptions  of `onLaunch` and `onShow` of the app
 * @property {number} [scene]
 * @property {{path: string}[]} [forwardMaterials]  of the types that app.json declares
 */

/** Scene of a material out of a chat. */
const MATERIAL = 1173;

/** What was received last. WeChat passes the same again whenever the app comes back from the background. */
let received = '';
/** @type {string[]} paths that no page has taken yet */
let waiting = [];

/** @param {EnterOptions | undefined} options */
function receiveForwarded({ scene, forwardMaterials = [] } = {}) {
  if (scene !== MATERIAL) {
    received = '';
    return;
  }
  const paths = forwardMaterials.map(({ path }) => path);
  if (paths.join() === received) return;
  received = paths.join();
  waiting = paths;
}

/**
 * Leaves a photo of this mini-program itself to the next page that takes one.
 *
 * @param {string} path
 */
function forwardPhoto(path) {
  waiting = [path];
}

/** @returns {string[]} paths of the photos, once each */
function takeForwarded() {
  const paths = waiting;
  waiting = [];
  return paths;
}

module.exports = { receiveForwarded, forwardPhoto, takeForwarded };

// @ts-check

/**
 * What may go wrong with a model on the phone, beside failures of the network; each has a text in texts/.
 *
 * - `changed`: the server has another version since
 * - `damaged`: the file is not what the server described
 * - `no-room`: WeChat gives no more space, or the phone has none
 * - `not-runnable`: the phone cannot run it
 *
 * @typedef {'changed' | 'damaged' | 'no-room' | 'not-runnable'} ProblemKind
 * @typedef {Error & {problem: ProblemKind}} Problem
 */

/**
 * Creates an error. Not a class, as in services/http/failure.js.
 *
 * @param {ProblemKind} kind
 * @returns {Problem}
 */
function problem(kind) {
  return Object.assign(new Error(kind), { problem: kind });
}

/**
 * @param {unknown} thrown
 * @returns {ProblemKind | null} null for anything else
 */
function problemKind(thrown) {
  return thrown instanceof Error && 'problem' in thrown ? /** @type {Problem} */ (thrown).problem : null;
}

module.exports = { problem, problemKind };

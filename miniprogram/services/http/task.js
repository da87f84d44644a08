// @ts-check
const { failure } = require('./failure');

/**
 * Work that can be cancelled.
 *
 * @template Result
 * @typedef {object} Task
 * @property {Promise<Result>} promise  rejects with a Failure; `cancelled` after `cancel()`
 * @property {() => void} cancel
 */

/**
 * Runs the next step of a sequence.
 *
 * @typedef {<Step>(start: () => Task<Step>) => Promise<Step>} Run
 */

/**
 * The task that wx.uploadFile, wx.request and wx.downloadFile return.
 *
 * @typedef {{abort: () => void}} PlatformTask
 */

/**
 * Wraps a platform task. `cancel` rejects at once: not every platform calls `fail` after `abort`.
 *
 * @template Result
 * @param {(resolve: (result: Result) => void, reject: (reason: unknown) => void) => PlatformTask} start
 * @returns {Task<Result>}
 */
function platformTask(start) {
  /** @type {PlatformTask | undefined} */
  let running;
  /** @type {(reason: unknown) => void} */
  let giveUp = () => {};
  const promise = new Promise((/** @type {(result: Result) => void} */ resolve, reject) => {
    giveUp = reject;
    running = start(resolve, reject);
  });
  return {
    promise,
    cancel() {
      giveUp(failure('cancelled'));
      if (running) running.abort();
    },
  };
}

/**
 * @param {number} seconds
 * @returns {Task<void>}
 */
function pause(seconds) {
  return platformTask((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    return { abort: () => clearTimeout(timer) };
  });
}

/**
 * Runs several tasks one after the other, as one task.
 *
 * @template Result
 * @param {(run: Run) => Promise<Result>} steps
 * @returns {Task<Result>}
 */
function sequence(steps) {
  let cancelled = false;
  let cancelCurrent = () => {};

  /**
   * @template Step
   * @param {() => Task<Step>} start
   * @returns {Promise<Step>}
   */
  async function run(start) {
    if (cancelled) throw failure('cancelled');
    const task = start();
    cancelCurrent = task.cancel;
    return task.promise;
  }

  return {
    promise: steps(run),
    cancel() {
      cancelled = true;
      cancelCurrent();
    },
  };
}

module.exports = { platformTask, pause, sequence };

// @ts-check
const { asFailure } = require('../../services/http/failure');
const { watchReadiness } = require('../../services/api/readiness');
const { fill, texts } = require('../../texts/texts');

/**
 * A server that a component of the settings watches: one request, and more while a model is awaited and the page is
 * visible.
 *
 * @typedef {import('../../contract').Ready} Ready
 *
 * @typedef {object} Watch
 * @property {string} server  address
 * @property {(ready: Ready) => void} onReady  called with each response
 * @property {(failure: import('../../services/http/failure').Failure) => void} onFailure  called at most once
 * @property {import('../../services/http/task').Task<void> | null} task  null while the page is hidden
 */

/** @type {WeakMap<object, Watch>} component -> its watch, until that ends */
const watches = new WeakMap();

/**
 * Starts a watch in place of the component's earlier one.
 *
 * @param {object} component
 * @param {Omit<Watch, 'task'>} wanted
 */
function watch(component, wanted) {
  unwatch(component);
  watches.set(component, { ...wanted, task: null });
  resume(component);
}

/** @param {object} component  whose page is visible again */
function resume(component) {
  const own = watches.get(component);
  if (!own || own.task) return;
  const task = watchReadiness(own.server, own.onReady);
  own.task = task;
  task.promise
    .then(() => null, asFailure)
    .then((failure) => {
      if (own.task !== task) return;
      watches.delete(component);
      if (failure) own.onFailure(failure);
    });
}

/** @param {object} component  whose page is hidden */
function suspend(component) {
  const own = watches.get(component);
  if (!own || !own.task) return;
  const { task } = own;
  own.task = null;
  task.cancel();
}

/** @param {object} component */
function unwatch(component) {
  suspend(component);
  watches.delete(component);
}

/**
 * @param {Ready} ready
 * @returns {string} a line about the model for which another one stands in, or ''
 */
function awaitedText({ awaited }) {
  if (!awaited) return '';
  const { standsIn, standsInDownloading } = texts().settings.about;
  const { name, percent = 100 } = awaited;
  // Once all of the weights are here, the model is being converted.
  return fill(percent < 100 ? standsInDownloading : standsIn, { model: name, percent });
}

module.exports = { watch, resume, suspend, unwatch, awaitedText };

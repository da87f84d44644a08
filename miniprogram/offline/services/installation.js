// @ts-check
const { asFailure, failure } = require('../../services/http/failure');
const { fetchDescription } = require('./description');
const { fetchFile } = require('./fetch-file');
const { fileSize } = require('../../services/device/file-size');
const { filesOf, keep, sweepOffline } = require('./store');
const { forgetOffline, kept, offlineFolder } = require('../../services/offline/state');
const { problem, problemKind } = require('./problem');
const { readLabels } = require('./labels');
const { sequence } = require('../../services/http/task');
const { storageUsage } = require('../../services/storage-usage');
const { tryModel } = require('./session');

/**
 * Fetching, updating and deleting the model. A download goes on while other pages show, and after an interruption from
 * where it was.
 *
 * @typedef {import('../../contract').OnDevice} OnDevice
 * @typedef {import('../../services/http/failure').FailureKind} FailureKind
 * @typedef {import('./problem').ProblemKind} ProblemKind
 *
 * @typedef {object} Status
 * @property {'off' | 'downloading' | 'checking' | 'stopped' | 'on'} stage  of `wanted` while there is one
 * @property {OnDevice | null} installed  runs meanwhile
 * @property {OnDevice | null} wanted
 * @property {number} received  bytes of `wanted`
 * @property {FailureKind | ProblemKind | null} reason  in `stopped`; null if the mini-program was closed meanwhile
 */

/** Bytes that WeChat gives to all files of a mini-program. */
const ROOM = 200 * 1024 * 1024;

/** @type {{task: import('../../services/http/task').Task<void>, checking: boolean} | null} */
let running = null;
/** @type {FailureKind | ProblemKind | null} */
let reason = null;
let received = 0;

/** @type {Set<() => void>} */
const listeners = new Set();

/**
 * @param {() => void} listener  called after each change
 * @returns {() => void} ends that
 */
function onChange(listener) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function changed() {
  for (const listener of [...listeners]) listener();
}

/** @returns {Status} */
function status() {
  const { installed, wanted } = kept();
  const fetching = running && running.checking ? 'checking' : 'downloading';
  const stage = wanted ? (running ? fetching : 'stopped') : installed ? 'on' : 'off';
  return { stage, installed, wanted, received, reason };
}

/**
 * @param {OnDevice} model
 * @returns {number} bytes to download
 */
function sizeOf({ onnx, labels }) {
  return onnx.bytes + labels.bytes;
}

/** @returns {Promise<void>} when `status` counts what is here of a download that was interrupted */
async function count() {
  const { wanted } = kept();
  if (!wanted || running) return;
  received = await bytesHere(wanted);
  changed();
}

/**
 * @param {OnDevice} model
 * @returns {Promise<number>} of its files, which may be incomplete
 */
async function bytesHere(model) {
  const names = Object.values(filesOf(model));
  const sizes = await Promise.all(names.map((name) => fileSize(offlineFolder.path(name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * Begins to download a model; one that is installed runs until this one does.
 *
 * @param {OnDevice} model  as the server describes it
 */
function install(model) {
  try {
    keep({ wanted: model });
  } catch {
    return stop(problem('no-room'));
  }
  goOn();
}

/** Goes on with the download. */
function goOn() {
  if (running) return;
  reason = null;
  const task = sequence(fetchAll);
  const mine = { task, checking: false };
  running = mine;
  task.promise.then(
    () => end(mine),
    (thrown) => end(mine, thrown)
  );
  changed();
}

/**
 * @param {{task: unknown}} mine
 * @param {unknown} [thrown]
 */
function end(mine, thrown) {
  // After it was given up it may have written a last part.
  if (!kept().wanted) void sweepOffline();
  if (running !== mine) return;
  running = null;
  if (thrown) stop(thrown);
  // What was damaged is gone.
  if (thrown) void count();
  else changed();
}

/** @param {unknown} thrown */
function stop(thrown) {
  reason = problemKind(thrown) || asFailure(thrown).kind;
  changed();
}

/** @param {import('../../services/http/task').Run} run */
async function fetchAll(run) {
  try {
    await fetchWanted(run);
  } catch (thrown) {
    if (problemKind(thrown) !== 'changed') throw thrown;
    keep({ wanted: await run(fetchDescription) });
    await fetchWanted(run);
  }
}

/** @param {import('../../services/http/task').Run} run */
async function fetchWanted(run) {
  const { wanted } = kept();
  if (!wanted) return;
  await sweepOffline();
  await needRoom(wanted);
  const names = filesOf(wanted);
  const report = (/** @type {number} */ before) => (/** @type {number} */ bytes) => {
    needWanted(wanted);
    received = before + bytes;
    changed();
  };
  await fetchFile(run, wanted.labels, names.labels, report(0));
  await fetchFile(run, wanted.onnx, names.onnx, report(wanted.labels.bytes));
  if (running) running.checking = true;
  changed();
  const labels = await readLabels(wanted);
  await run(() => tryModel(wanted, labels.length));
  needWanted(wanted);
  keep({ installed: wanted, wanted: null });
  await sweepOffline();
}

/**
 * The user may have given it up meanwhile, or deleted everything.
 *
 * @param {OnDevice} model
 * @throws {import('../../services/http/failure').Failure} `cancelled`
 */
function needWanted({ onnx }) {
  const { wanted } = kept();
  if (!wanted || wanted.onnx.sha256 !== onnx.sha256) throw failure('cancelled');
}

/** @param {OnDevice} wanted */
async function needRoom(wanted) {
  const { bytes } = await storageUsage();
  const missing = sizeOf(wanted) - (await bytesHere(wanted));
  if (bytes + missing > ROOM) throw problem('no-room');
}

/** Gives a download up and deletes it; what is installed stays. @returns {Promise<unknown>} */
async function cancel() {
  halt();
  keep({ wanted: null });
  changed();
  return sweepOffline();
}

/** Switches offline recognition off. @returns {Promise<unknown>} when the files are deleted */
async function remove() {
  halt();
  const deleted = forgetOffline();
  changed();
  return deleted;
}

function halt() {
  const before = running;
  running = null;
  reason = null;
  received = 0;
  if (before) before.task.cancel();
}

module.exports = { status, onChange, count, sizeOf, install, goOn, cancel, remove };

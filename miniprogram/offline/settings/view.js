// @ts-check
const { fill, texts } = require('../../texts/texts');
const { offlineTexts } = require('../texts/texts');
const { sizeOf } = require('../services/installation');

/**
 * What the page shows of the model on this phone and of the one that the server has.
 *
 * @typedef {import('../services/installation').Status} Status
 * @typedef {import('../../contract').OnDevice} OnDevice
 *
 * @typedef {object} Stop  why the download stopped
 * @property {string} title
 * @property {string} sentence
 * @property {string} again  name of the button that goes on
 *
 * @typedef {object} View
 * @property {Status['stage']} stage
 * @property {boolean} on  from the first byte, not only when all are here
 * @property {string} amount  received, and of how much
 * @property {number} percent
 * @property {string} progressLabel
 * @property {string} model  name of the one that is installed; '' if none is
 * @property {string} used  its size
 * @property {string} download  about the one to download; '' unless it can be switched on
 * @property {string} update  name of the button that fetches a newer one; '' if there is none
 * @property {Stop | null} stop
 */

/** @type {Status} */
const NOTHING = { stage: 'off', installed: null, wanted: null, received: 0, reason: null };

/**
 * @param {number} bytes
 * @returns {string}
 */
function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/**
 * @param {Status} status
 * @returns {Stop | null}
 */
function stopOf({ stage, reason }) {
  if (stage !== 'stopped' || !reason || reason === 'cancelled') return null;
  const { again, goOn, interrupted, problems, startAgain } = offlineTexts();
  // Sentences about failures elsewhere speak of a photo.
  if (!isProblem(reason)) return { title: texts().failures[reason].title, sentence: interrupted, again: goOn };
  const names = { changed: startAgain, damaged: startAgain, 'no-room': goOn, 'not-runnable': again };
  return { ...problems[reason], again: names[reason] };
}

/**
 * @param {NonNullable<Status['reason']>} reason
 * @returns {reason is import('../services/problem').ProblemKind}
 */
function isProblem(reason) {
  return reason in offlineTexts().problems;
}

/**
 * @param {OnDevice | null} installed
 * @param {OnDevice | null} offered
 * @returns {boolean}
 */
function isNewer(installed, offered) {
  return installed !== null && offered !== null && offered.onnx.sha256 !== installed.onnx.sha256;
}

/**
 * @param {Status | null} status
 * @param {OnDevice | null} offered  by the server; null if it has not answered
 * @returns {View}
 */
function viewOf(status, offered) {
  const { installed, received, stage, wanted } = status || NOTHING;
  const t = offlineTexts();
  const total = wanted ? sizeOf(wanted) : 0;
  const here = Math.min(received, total);
  const percent = total ? Math.floor((100 * here) / total) : 0;
  const newSize = offered ? megabytes(sizeOf(offered)) : '';
  return {
    stage,
    on: stage !== 'off',
    amount: `${megabytes(here)} / ${megabytes(total)}`,
    percent,
    progressLabel: fill(t.downloadLabel, { percent }),
    model: installed ? installed.model.name : '',
    used: installed ? megabytes(sizeOf(installed)) : '',
    download: stage === 'off' && offered ? fill(t.download, { size: newSize }) : '',
    update: stage === 'on' && isNewer(installed, offered) ? fill(t.update, { size: newSize }) : '',
    stop: stopOf(status || NOTHING),
  };
}

module.exports = { megabytes, viewOf };

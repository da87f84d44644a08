// @ts-check
const { filesOf } = require('./store');
const { offlineFolder } = require('../../services/offline/state');
const { pause, platformTask, sequence } = require('../../services/http/task');
const { problem } = require('./problem');
const { wxPromise } = require('../../services/device/wx-promise');

/**
 * @typedef {import('../../contract').OnDevice} OnDevice
 *
 * @typedef {object} Session
 * @property {(planes: Float32Array) => Promise<Float32Array>} probabilities  of the classes, for planes of red, green
 *   and blue, 0 to 255, height x width each
 * @property {() => void} close
 */

/** Seconds; some clients report neither success nor failure. */
const LOAD_LIMIT = 30;
/** float32 throughout, so that a phone names as the server does. */
const EXACT = 4;

/** @returns {Promise<boolean>} whether WeChat has an engine for models on this phone; true below 2.30.1, which cannot tell */
async function hasEngine() {
  if (!wx.getInferenceEnvInfo) return true;
  return wxPromise(wx.getInferenceEnvInfo, {}).then(
    () => true,
    () => false
  );
}

/**
 * Loads a model that is on this phone.
 *
 * @param {OnDevice} model
 * @returns {import('../../services/http/task').Task<Session>} fails with the problem `not-runnable`
 */
function openSession(model) {
  return platformTask((resolve, reject) => {
    const session = wx.createInferenceSession({
      model: offlineFolder.path(filesOf(model).onnx),
      precisionLevel: EXACT,
      allowNPU: false,
      allowQuantize: false,
    });
    const late = pause(LOAD_LIMIT);
    const giveUp = (/** @type {unknown} */ reason) => {
      late.cancel();
      session.destroy();
      console.warn(reason);
      reject(problem('not-runnable'));
    };
    late.promise.then(() => giveUp('the model did not load'), () => {});
    session.onError(giveUp);
    session.onLoad(() => {
      late.cancel();
      resolve({
        probabilities: (planes) => run(session, model, planes),
        close: () => session.destroy(),
      });
    });
    return {
      abort() {
        late.cancel();
        session.destroy();
      },
    };
  });
}

/**
 * @param {WechatMiniprogram.InferenceSession} session
 * @param {OnDevice} model
 * @param {Float32Array} planes
 * @returns {Promise<Float32Array>}
 */
async function run(session, { input_height: height, input_width: width }, planes) {
  const data = /** @type {ArrayBuffer} */ (planes.buffer);
  const found = await session.run({ rgb: { type: 'float32', shape: [1, 3, height, width], data } }).catch((error) => {
    console.warn(error);
    throw problem('not-runnable');
  });
  if (!found.probabilities) throw problem('not-runnable');
  return new Float32Array(found.probabilities.data);
}

/**
 * Runs a model on plain grey.
 *
 * @param {OnDevice} model
 * @param {number} classes
 * @returns {import('../../services/http/task').Task<void>} fails with `not-runnable` unless it gives probabilities
 */
function tryModel(model, classes) {
  return sequence(async (run) => {
    const session = await run(() => openSession(model));
    try {
      const grey = new Float32Array(3 * model.input_height * model.input_width).fill(128);
      const found = await session.probabilities(grey);
      if (found.length !== classes || !found.every((value) => value >= 0)) throw problem('not-runnable');
    } finally {
      session.close();
    }
  });
}

module.exports = { hasEngine, openSession, tryModel };

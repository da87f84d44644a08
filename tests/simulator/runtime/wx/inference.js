import { strict } from './api.js';

/** onnxruntime-web, as server.js serves it. */
const RUNTIME = '/onnxruntime/';

const VERSION = '1.0.0';
const OPTIONS = new Set(['model', 'precisionLevel', 'allowNPU', 'allowQuantize', 'typicalShape']);
const ARRAYS = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
};

/** @type {Promise<any> | undefined} */
let runtime;

/** @param {import('../phone.js').Phone} phone @param {Function} api @returns {Record<string, any>} */
export function inferenceMembers(phone, api) {
  return {
    createInferenceSession: (options) => createSession(phone, options),
    getInferenceEnvInfo: api('getInferenceEnvInfo', () => ({ ver: VERSION })),
  };
}

/** @returns {Record<string, Function>} an InferenceSession */
function createSession(phone, options) {
  checkOptions(options);
  const heard = { load: new Set(), error: new Set() };
  const tell = (kind, detail) => {
    for (const listener of [...heard[kind]]) phone.call(listener, undefined, detail);
  };
  /** @type {any} of onnxruntime, once it is loaded and until it is destroyed */
  let inner;
  let destroyed = false;
  loadModel(phone, options.model).then(
    (loaded) => {
      if (destroyed) return loaded.release();
      inner = loaded;
      return tell('load', undefined);
    },
    (error) => destroyed || tell('error', { errMsg: `createInferenceSession:fail ${error.message}` }),
  );
  return strict('InferenceSession', {
    onLoad: (listener) => void heard.load.add(listener),
    onError: (listener) => void heard.error.add(listener),
    offLoad: (listener) => void (listener ? heard.load.delete(listener) : heard.load.clear()),
    offError: (listener) => void (listener ? heard.error.delete(listener) : heard.error.clear()),
    async run(tensors) {
      if (!inner) throw { errMsg: `InferenceSession.run:fail session is ${destroyed ? 'destroyed' : 'not loaded'}` };
      return run(inner, tensors);
    },
    destroy() {
      destroyed = true;
      void inner?.release();
      inner = undefined;
    },
  });
}

/** @returns {void} */
function checkOptions({ model, precisionLevel = 0, ...others }) {
  const strange = Object.keys(others).find((name) => !OPTIONS.has(name));
  if (strange) throw new Error(`wx.createInferenceSession has no option ${strange}`);
  if (!/\.onnx$/.test(model)) throw new Error('wx.createInferenceSession: model is the path of an .onnx file');
  if (![0, 1, 2, 3, 4].includes(precisionLevel)) throw new Error('wx.createInferenceSession: precisionLevel is 0 to 4');
}

/** @returns {Promise<any>} a session of onnxruntime */
async function loadModel(phone, path) {
  // Nobody listens before the call that creates the session has returned.
  await new Promise((resolve) => setTimeout(resolve));
  if (!phone.pictures.decodes) throw new Error('simulator: no model runs in jsdom');
  const bytes = phone.files.read(path);
  if (!bytes) throw new Error(`no such file ${path}`);
  runtime ??= import(`${RUNTIME}ort.wasm.min.mjs`);
  const { env, InferenceSession } = await runtime;
  // Threads need headers that the host page does not have.
  Object.assign(env.wasm, { wasmPaths: RUNTIME, numThreads: 1 });
  return InferenceSession.create(bytes, { executionProviders: ['wasm'] });
}

/** @returns {Promise<Record<string, {type: string, shape: number[], data: ArrayBuffer}>>} */
async function run(session, tensors) {
  const { Tensor } = await runtime;
  const feeds = Object.fromEntries(
    Object.entries(tensors).map(([name, { type, shape, data }]) => {
      const Values = ARRAYS[type];
      if (!Values || !(data instanceof ArrayBuffer)) throw { errMsg: `InferenceSession.run:fail input ${name}` };
      return [name, new Tensor(type, new Values(data), shape)];
    }),
  );
  const found = await session.run(feeds).catch((error) => {
    throw { errMsg: `InferenceSession.run:fail ${error.message}` };
  });
  return Object.fromEntries(
    Object.entries(found).map(([name, { type, dims, data }]) => [name, { type, shape: [...dims], data: data.slice().buffer }]),
  );
}

import { createHash } from 'node:crypto';

/** @param {Buffer} bytes */
const hashOf = (bytes) => createHash('sha256').update(bytes).digest('hex');

const LABELS = Buffer.from(
  JSON.stringify(
    ['cat', 'dog', 'bee'].map((label, index) => ({ id: `n0000000${index}`, label, name: { en: label, zh: `${label}猫` } })),
  ),
);

/**
 * A model as a server offers it, with files of a size that takes several requests.
 *
 * @param {number} [fill]  byte of its file
 * @param {object} [how]
 * @param {number} [how.bytes]  of its file
 * @param {string} [how.name]
 */
export function modelOf(fill = 7, { bytes = 2_000_000, name = `Lite${fill}` } = {}) {
  const onnx = Buffer.alloc(bytes, fill);
  const description = {
    model: { name, labels: 'own' },
    ...{ input_height: 4, input_width: 2, fit: 'crop', confident_at: 0.5 },
    onnx: { path: '/models/Lite.onnx', bytes: onnx.length, sha256: hashOf(onnx) },
    labels: { path: '/labels/Lite.json', bytes: LABELS.length, sha256: hashOf(LABELS) },
  };
  return { onnx, labels: LABELS, description };
}

/**
 * Parts of a file, as the server sends them.
 *
 * @param {Buffer} bytes
 * @param {string} [etag]  of another version
 */
export function parts(bytes, etag = hashOf(bytes)) {
  return ({ headers }) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range) ?? [];
    return { status: 206, type: 'application/octet-stream', headers: { etag: `"${etag}"` }, body: bytes.subarray(Number(from), Number(to) + 1) };
  };
}

/**
 * @param {import('../server.js').TestServer} server
 * @param {ReturnType<typeof modelOf>} model  that it offers from now on
 */
export function offer(server, { description, labels, onnx }) {
  server.on('GET /on-device', { body: description });
  server.on('GET /models/Lite.onnx', parts(onnx));
  server.on('GET /labels/Lite.json', parts(labels));
}

/**
 * `wx.createInferenceSession` of a phone: it runs, or reports that it cannot.
 *
 * @param {{probabilities?: number[], fails?: boolean, made?: any[]}} [how]  `made` gets the options of each session
 */
export function sessions({ probabilities = [0.2, 0.7, 0.1], fails = false, made = [] } = {}) {
  return (options) => {
    const heard = {};
    const session = {
      options,
      destroyed: false,
      inputs: [],
      onLoad: (listener) => void (heard.load = listener),
      onError: (listener) => void (heard.error = listener),
      async run(inputs) {
        session.inputs.push(inputs);
        return { probabilities: { type: 'float32', shape: [1, 3], data: Float32Array.from(probabilities).buffer } };
      },
      destroy: () => void (session.destroyed = true),
    };
    made.push(session);
    setTimeout(() => (fails ? heard.error({ errMsg: 'no operator' }) : heard.load()));
    return session;
  };
}

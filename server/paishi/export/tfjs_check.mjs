// Compares a TensorFlow.js model with the original: node tfjs_check.mjs ENVIRONMENT MODEL WORK.
// Prints what paishi/export/check.py returns.
import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import process from 'node:process'

const [environment, folder, work] = process.argv.slice(2)
const require = createRequire(join(environment, 'node_modules', 'x.js'))
const tf = require('@tensorflow/tfjs')
const wasm = require('@tensorflow/tfjs-backend-wasm')
const TIE = 1e-4 // as in check.py
const MOST = 20 // photos: without WebAssembly one takes seconds

/** Reads NumPy's format, of version 1 or 2 and in C order. */
function readNpy(file) {
  const bytes = readFileSync(file)
  const [at, length] = bytes[6] === 1 ? [10, bytes.readUInt16LE(8)] : [12, bytes.readUInt32LE(8)]
  const header = bytes.toString('latin1', at, at + length)
  const shape = header.match(/'shape': \(([^)]*)\)/)[1].split(',').filter((part) => part.trim()).map(Number)
  const data = bytes.subarray(at + length)
  const copy = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)
  return { shape, data: header.includes('f4') ? new Float32Array(copy) : new Uint8Array(copy) }
}

function load() {
  const json = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'))
  const specs = json.weightsManifest.flatMap((group) => group.weights)
  const parts = json.weightsManifest.flatMap((group) => group.paths).map((path) => readFileSync(join(folder, path)))
  const weights = Buffer.concat(parts)
  return tf.loadGraphModel(
    tf.io.fromMemory({
      modelTopology: json.modelTopology,
      format: json.format,
      signature: json.signature,
      userDefinedMetadata: json.userDefinedMetadata,
      weightSpecs: specs,
      weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength),
    }),
  )
}

async function compareOn(backend) {
  await tf.setBackend(backend)
  const model = await load()
  const views = readNpy(join(work, 'views.npy'))
  const expected = readNpy(join(work, 'expected.npy'))
  const [count, height, width, channels] = views.shape
  const classes = expected.shape[1]
  const photos = Math.min(count, MOST)
  const times = []
  let difference = 0
  let same = 0
  for (let number = -1; number < photos; number += 1) { // the first run compiles
    const start = Math.max(number, 0) * height * width * channels
    const view = views.data.subarray(start, start + height * width * channels)
    const before = performance.now()
    const output = tf.tidy(() => model.predict(tf.tensor4d(Int32Array.from(view), [1, height, width, channels], 'int32')))
    const found = await output.data()
    if (number < 0) continue
    times.push(performance.now() - before)
    const wanted = expected.data.subarray(number * classes, (number + 1) * classes)
    for (let index = 0; index < classes; index += 1) {
      difference = Math.max(difference, Math.abs(found[index] - wanted[index]))
    }
    same += wanted[found.indexOf(Math.max(...found))] >= Math.max(...wanted) - TIE
  }
  times.sort((one, other) => one - other)
  return { difference, same, photos, ms: times[Math.floor(times.length / 2)] }
}

wasm.setWasmPaths(join(environment, 'node_modules/@tensorflow/tfjs-backend-wasm/dist/'))
let found
try {
  found = await compareOn('wasm')
} catch (error) { // WebAssembly lacks a few operations
  process.stderr.write(`${error}\n`)
  found = await compareOn('cpu')
}
process.stdout.write(`\n${JSON.stringify(found)}\n`)

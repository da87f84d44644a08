import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { load, loadAnew } from '../sources.js';
import { problem, startServer } from '../server.js';
import { platform } from '../services/platform.js';
import { modelOf, offer, parts, sessions } from './model.js';

const MODEL = modelOf();
const SIZE = MODEL.onnx.length + MODEL.labels.length;

/** @type {Awaited<ReturnType<typeof platform>>} */
let device;
/** @type {import('../server.js').TestServer} */
let server;
/** @type {any[]} of wx */
let made;
/** @type {any} */
let offline;

/** The app starts again on the same phone. */
function restart() {
  offline = loadAnew('offline/services/installation.js');
}

/** Fulfilled in a stage. @param {string} stage @returns {Promise<any>} what the page would show */
async function reaches(stage) {
  await vi.waitFor(() => expect(offline.status().stage).toBe(stage), { timeout: 10_000, interval: 10 });
  return offline.status();
}

/** @returns {string[]} that each request for a part of the model named */
const ranges = () => server.to('/models/Lite.onnx').map(({ headers }) => headers.range);

/** As it lies on the phone. @param {string} hash @param {string} [suffix] */
const fileOf = (hash, suffix = 'onnx') => `${hash.slice(0, 16)}.${suffix}`;
const FILES = [fileOf(MODEL.description.onnx.sha256), fileOf(MODEL.description.labels.sha256, 'json')].sort();

/** jsdom computes no hash, phones do. @param {boolean} [computes] */
function giveFiles(computes = true) {
  const { files } = device;
  device.wx.getFileSystemManager = () => ({
    ...Object.fromEntries(['stat', 'readdir', 'mkdir', 'unlink', 'writeFile', 'appendFile', 'readFile'].map((name) => [name, files[name]])),
    getFileInfo({ filePath, success, fail }) {
      if (!computes) return fail({ errMsg: 'getFileInfo:fail invalid digestAlgorithm' });
      const bytes = Buffer.from(files.readFileSync(filePath));
      return success({ size: bytes.length, digest: createHash('sha256').update(bytes).digest('hex') });
    },
  });
}

beforeEach(async () => {
  server = await startServer();
  made = [];
  device = await platform({ server: server.address });
  device.wx.createInferenceSession = sessions({ made });
  giveFiles();
  offer(server, MODEL);
  restart();
});
afterEach(async () => {
  await device.close();
  await server.close();
});

describe('a model', () => {
  it('comes in parts, runs once, and is there after a restart', async () => {
    const seen = new Set();
    offline.onChange(() => seen.add(offline.status().received));
    offline.install(MODEL.description);
    const { installed } = await reaches('on');
    expect(installed).toEqual(MODEL.description);
    expect(ranges()).toEqual(['bytes=0-786431', 'bytes=786432-1572863', 'bytes=1572864-1999999']);
    expect([...seen].at(-1)).toBe(SIZE);
    expect(seen.size).toBeGreaterThan(3);
    expect(device.inside('offline').sort()).toEqual(FILES);
    const path = `${device.wx.env.USER_DATA_PATH}/offline/${fileOf(MODEL.description.onnx.sha256)}`;
    expect(Buffer.from(device.files.readFileSync(path)).equals(MODEL.onnx)).toBe(true);
    expect(made).toHaveLength(1);
    expect(made[0].options).toEqual({ model: path, precisionLevel: 4, allowNPU: false, allowQuantize: false });
    expect(made[0].inputs[0].rgb).toMatchObject({ type: 'float32', shape: [1, 3, 4, 2] });
    expect(made[0].destroyed).toBe(true);
    restart();
    expect(offline.status()).toMatchObject({ stage: 'on', installed: MODEL.description });
  });

  it.each([['a connection that breaks', { instead: 'break' }, 'unreachable'], ['a busy server', { status: 500 }, 'server-error']])(
    'goes on after %s, from where it was',
    async (_, reply, reason) => {
      server.on('GET /models/Lite.onnx', parts(MODEL.onnx), reply);
      offline.install(MODEL.description);
      expect(await reaches('stopped')).toMatchObject({ reason, received: MODEL.labels.length + 786_432 });
      const before = ranges().length;
      offer(server, MODEL);
      restart();
      await offline.count();
      expect(offline.status()).toMatchObject({ stage: 'stopped', reason: null, received: MODEL.labels.length + 786_432 });
      offline.goOn();
      await reaches('on');
      expect(ranges()[before]).toBe('bytes=786432-1572863');
    },
  );

  it('that changes during the download is fetched anew, in its new version', async () => {
    const newer = modelOf(8);
    server.on('GET /models/Lite.onnx', parts(MODEL.onnx), parts(newer.onnx));
    server.on('GET /on-device', { body: newer.description });
    offline.install(MODEL.description);
    expect((await reaches('on')).installed).toEqual(newer.description);
    expect(device.inside('offline')).toHaveLength(2);
  });

  it('comes whole through a proxy that ignores ranges and takes the ETag away', async () => {
    for (const [path, bytes] of [['/models/Lite.onnx', MODEL.onnx], ['/labels/Lite.json', MODEL.labels]])
      server.on(`GET ${path}`, { type: 'application/octet-stream', body: bytes });
    offline.install(MODEL.description);
    await reaches('on');
    expect(ranges()).toHaveLength(1);
  });

  it('that is damaged is deleted, and asked for again from its beginning', async () => {
    server.on('GET /models/Lite.onnx', parts(Buffer.alloc(MODEL.onnx.length, 9), MODEL.description.onnx.sha256));
    offline.install(MODEL.description);
    expect(await reaches('stopped')).toMatchObject({ reason: 'damaged' });
    expect(device.inside('offline')).toEqual([FILES.find((name) => name.endsWith('json'))]);
    expect(made).toHaveLength(0);
    offer(server, MODEL);
    offline.goOn();
    await reaches('on');
  });

  it('is taken by its size on a phone that computes no hash', async () => {
    giveFiles(false);
    offline.install(MODEL.description);
    await reaches('on');
  });

  it.each([
    ['does not load', { fails: true }],
    ['gives other outputs', { probabilities: [0.5, 0.5] }],
    ['gives no numbers', { probabilities: [NaN, 0.5, 0.5] }],
  ])('that %s is not switched on', async (_, how) => {
    device.wx.createInferenceSession = sessions({ ...how, made });
    offline.install(MODEL.description);
    expect(await reaches('stopped')).toMatchObject({ reason: 'not-runnable', installed: null });
    expect(made[0].destroyed).toBe(true);
  });

  it('is not begun without room for all of it, and stops where the phone has none', async () => {
    device.files.mkdirSync(`${device.wx.env.USER_DATA_PATH}/history`);
    device.files.writeFileSync(`${device.wx.env.USER_DATA_PATH}/history/a.jpg`, new device.phone.window.ArrayBuffer(99 * 1024 * 1024));
    offline.install({ ...MODEL.description, onnx: { ...MODEL.description.onnx, bytes: 101 * 1024 * 1024 } });
    expect(await reaches('stopped')).toMatchObject({ reason: 'no-room' });
    expect(ranges()).toEqual([]);
    await offline.cancel();
    device.phone.simulator.fail('writeFile', 'the maximum size of the file storage limit is exceeded');
    offline.install(MODEL.description);
    expect(await reaches('stopped')).toMatchObject({ reason: 'no-room' });
  });

  it('needs a login where photos do', async () => {
    server.on('GET /models/Lite.onnx', problem('problem', { code: 'not-authorised', status: 401 }), parts(MODEL.onnx));
    server.on('POST /session', { body: { success: true, token: 'token-1', expires_in: 7200 } });
    offline.install(MODEL.description);
    await reaches('on');
    expect(server.to('/models/Lite.onnx')[1].headers.authorization).toBe('Bearer token-1');
  });
});

describe('what was given up', () => {
  it('leaves nothing, also of a part that was on its way', async () => {
    let answer = () => {};
    server.on('GET /models/Lite.onnx', parts(MODEL.onnx), (request) => new Promise((resolve) => (answer = () => resolve(parts(MODEL.onnx)(request)))));
    offline.install(MODEL.description);
    await expect.poll(ranges).toHaveLength(2);
    await offline.cancel();
    answer();
    expect(offline.status()).toMatchObject({ stage: 'off', installed: null, wanted: null });
    await expect.poll(() => device.inside('offline')).toEqual([]);
  });

  it('leaves the model that is installed, until a newer one has run', async () => {
    offline.install(MODEL.description);
    await reaches('on');
    const newer = modelOf(8);
    server.on('GET /models/Lite.onnx', { status: 500 });
    offline.install(newer.description);
    expect(await reaches('stopped')).toMatchObject({ installed: MODEL.description, wanted: newer.description });
    expect(load('services/offline/state.js').offlineModel()).toEqual(MODEL.description);
    offer(server, newer);
    offline.goOn();
    expect((await reaches('on')).installed).toEqual(newer.description);
    expect(device.inside('offline')).toHaveLength(2);
  });

  it('is gone when it is switched off', async () => {
    offline.install(MODEL.description);
    await reaches('on');
    await offline.remove();
    expect(offline.status().stage).toBe('off');
    expect(device.inside('offline')).toEqual([]);
  });

  it.each([0, 1])('does not come back when everything is deleted during a download, in part %i', async (before) => {
    let answer = () => {};
    const late = (request) => new Promise((resolve) => (answer = () => resolve(parts(MODEL.onnx)(request))));
    server.on('GET /models/Lite.onnx', ...Array(before).fill(parts(MODEL.onnx)), late);
    offline.install(MODEL.description);
    await expect.poll(ranges).toHaveLength(before + 1);
    await load('services/storage-usage.js').forgetEverything();
    answer();
    await expect.poll(() => offline.status().reason).not.toBeNull();
    await expect.poll(() => device.inside('offline')).toEqual([]);
    expect(offline.status()).toMatchObject({ stage: 'off', installed: null });
    expect(ranges()).toHaveLength(before + 1);
  });

  it('is of its server alone', async () => {
    offline.install(MODEL.description);
    await reaches('on');
    const address = load('services/server/address.js');
    address.chooseServer('http://10.0.0.1:5000');
    expect(offline.status().stage).toBe('off');
    address.forgetServer();
    expect(offline.status().stage).toBe('on');
  });
});

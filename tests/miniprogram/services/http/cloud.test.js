import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { example, load, loadAnew } from '../../sources.js';
import { PICTURE } from '../../picture.js';
import { problem, startServer } from '../../server.js';
import { modelOf, offer } from '../../offline/model.js';
import { platform } from '../platform.js';

const ADDRESS = 'cloud:env-1/paishi';
const QUIET = { onProgress() {}, onWaiting() {}, onWarming() {} };

/** @type {Awaited<ReturnType<typeof platform>>} */
let device;
/** @type {import('../../server.js').TestServer} the container */
let server;
/** @type {number[]} qualities that the phone was asked to compress with */
let qualities;
/** @type {number} bytes of what the phone makes for each quality point */
let bytesAPoint;

/** @param {Partial<import('../../../simulator/jsdom.js').LaunchOptions>} [options] */
async function open(options) {
  qualities = [];
  bytesAPoint = 1;
  device = await platform({
    server: server.address,
    cloud: 'env-1/paishi',
    ...options,
    wx: {
      compressImage({ quality, success }) {
        qualities.push(quality);
        success({ tempFilePath: device.photo(large(quality * bytesAPoint)) });
      },
    },
  });
  loadAnew('config/server.js').SERVERS.develop = ADDRESS;
}

/** @param {number} bytes @returns {Buffer} a photo with so many bytes at least */
const large = (bytes) => Buffer.concat([PICTURE, Buffer.alloc(Math.max(0, bytes - PICTURE.length))]);

/** @param {string} path @returns {any} a script of the app that was started by `open` */
const service = (path) => load(`services/${path}.js`);

/** @param {Buffer} [bytes] @returns {import('../../../../miniprogram/services/http/task').Task<any>} */
const recognise = (bytes) => service('api/recognise').recognise(device.photo(bytes), QUIET);

/** @param {string} name @returns {any[]} options of each call of wx.cloud */
const calls = (name) => device.phone.calls.filter((call) => call.name === `cloud.${name}`).map(({ args }) => args[0]);

beforeEach(async () => {
  server = await startServer();
  server.on('POST /predict', { body: example('predictions') });
  await open();
});
afterEach(async () => {
  await device.close();
  await server.close();
  loadAnew('config/server.js');
});

describe('a photo', () => {
  it('is the body, and its answer is read as otherwise', async () => {
    const progress = [];
    const listener = { ...QUIET, onProgress: (percent) => progress.push(percent) };
    const { answer } = await service('api/recognise').recognise(device.photo(), listener).promise;
    expect(answer).toEqual(JSON.parse(example('predictions')));
    const [{ body, headers }] = server.to('/predict');
    expect(Buffer.from(body, 'latin1').equals(PICTURE)).toBe(true);
    expect(headers).toMatchObject({ 'content-type': 'image/jpeg', 'x-wx-openid': 'openid-of-the-simulator' });
    expect(progress).toEqual([0, 100]);
  });

  it('needs one init, whatever is sent', async () => {
    server.on('GET /readyz', { body: example('ready') });
    await recognise().promise;
    await recognise().promise;
    await service('api/readiness').readiness(ADDRESS).promise;
    expect(calls('init')).toEqual([{ env: 'env-1' }]);
    expect(calls('callContainer')).toHaveLength(3);
    for (const { config, timeout } of calls('callContainer')) {
      expect(config).toEqual({ env: 'env-1' });
      expect(timeout).toBeLessThanOrEqual(15000);
    }
  });

  it('that is small enough goes as it is', async () => {
    await recognise(large(95_000)).promise;
    expect(qualities).toEqual([]);
    expect(server.to('/predict')[0].body).toHaveLength(95_000);
  });

  it('that is not becomes smaller step by step', async () => {
    bytesAPoint = 1200;
    const { photo } = await recognise(large(200_000)).promise;
    expect(qualities).toEqual([85, 85, 85, 80, 80, 70]);
    expect(server.to('/predict')[0].body).toHaveLength(70 * 1200);
    expect(await service('device/file-size').fileSize(photo)).toBe(200_000);
  });

  it('that the phone cannot make smaller is too large, and is not sent', async () => {
    bytesAPoint = 10_000;
    await expect(recognise(large(200_000)).promise).rejects.toMatchObject({ kind: 'image-too-large' });
    expect(server.to('/predict')).toEqual([]);
  });

  it('that is gone is said to be gone', async () => {
    const task = service('api/recognise').recognise('wxfile://gone.jpg', QUIET);
    await expect(task.promise).rejects.toMatchObject({ kind: 'photo-gone' });
  });

  it('that is cancelled is not waited for', async () => {
    server.on('POST /predict', { instead: 'hang' });
    const task = recognise();
    await expect.poll(() => server.to('/predict')).toHaveLength(1);
    task.cancel();
    await expect(task.promise).rejects.toMatchObject({ kind: 'cancelled' });
  });
});

it('a name goes into the address, beside what stands there', async () => {
  server.on('POST /taught', { body: example('taught') });
  server.on('POST /explain', { body: example('explanation') });
  const lesson = { filePath: device.photo(), name: '我的杯子 & more', lang: 'zh', force: true };
  await service('api/taught').teachPhoto(lesson, () => {}).promise;
  expect(Object.fromEntries(server.to('/taught')[0].query)).toEqual({ name: '我的杯子 & more', lang: 'zh', force: 'true' });
  const { label } = JSON.parse(example('explanation'));
  await service('api/explain').explain({ id: 'r1', photo: device.photo() }, label.id).promise;
  expect(server.to('/explain')[0].query.get('label')).toBe(label.id);
  await service('api/send-photo').sendPhoto({ path: '/x?top=1', filePath: device.photo(), formData: { label: 'b' } }).promise.catch(() => {});
  expect(Object.fromEntries(server.to('/x')[0].query)).toEqual({ top: '1', label: 'b' });
});

it('a change of a taught thing is JSON, and its photo is a file that is moved', async () => {
  const { thing } = JSON.parse(example('taught'));
  server.on(`PUT /taught/${thing.id}`, { body: { success: true, thing } });
  server.on(`GET /taught/${thing.id}/photos/1`, { type: 'image/jpeg', body: PICTURE });
  await service('api/taught').renameThing(thing.id, 'cup', false).promise;
  expect(JSON.parse(server.to(`/taught/${thing.id}`)[0].body)).toEqual({ name: 'cup', merge: false });
  const path = await service('api/taught').fetchThingPhoto(thing.id, 1).promise;
  const folder = service('device/photo-folder').photoFolder('taught');
  await folder.move(path, 'cup.jpg');
  expect(Buffer.from(new Uint8Array(device.files.readFileSync(folder.path('cup.jpg')))).equals(PICTURE)).toBe(true);
  expect(device.has(path)).toBe(false);
});

describe('the model for offline recognition', () => {
  const model = modelOf();
  const fetchModel = () => {
    const { fetchFile } = load('offline/services/fetch-file.js');
    return service('http/task').sequence((run) => fetchFile(run, model.description.onnx, 'a.onnx', () => {})).promise;
  };

  it('comes in parts that are small enough for a response', async () => {
    offer(server, model);
    await fetchModel();
    const file = Buffer.from(device.files.readFileSync(`${device.wx.env.USER_DATA_PATH}/offline/a.onnx`));
    expect(file.equals(model.onnx)).toBe(true);
    expect(server.to('/models/Lite.onnx').map(({ headers }) => headers.range)).toEqual([
      'bytes=0-786431',
      'bytes=786432-1572863',
      'bytes=1572864-1999999',
    ]);
  });

  it('that the server does not give is a problem as otherwise', async () => {
    server.on('GET /models/Lite.onnx', problem('problem', { code: 'on-device-off', status: 403 }));
    await expect(fetchModel()).rejects.toMatchObject({ kind: 'on-device-off' });
  });
});

it('nobody logs in, also where the server wants that', async () => {
  server.requireSession();
  const refused = { kind: 'cloud-not-found', requestId: expect.any(String) };
  await expect(recognise().promise).rejects.toMatchObject(refused);
  expect(server.to('/session')).toEqual([]);
  expect(device.phone.calls.filter(({ name }) => name === 'login')).toEqual([]);
});

describe('a failure', () => {
  it('that the server gives is read as otherwise', async () => {
    server.on('POST /predict', problem('problem'));
    await expect(recognise().promise).rejects.toMatchObject({ kind: 'image-unreadable' });
  });

  it.each([
    ['Error: errCode: 102002  | errMsg: 请求超时', 'timeout'],
    ['Error: errCode: -501000  | errMsg: Authorization mismatch uin', 'cloud-not-found'],
    ['Error: errCode: -1  | errMsg: system error', 'unreachable'],
  ])('of the cloud, %s, is %s', async (reason, kind) => {
    device.phone.simulator.fail('cloud.callContainer', reason);
    await expect(recognise().promise).rejects.toMatchObject({ kind });
  });

  it('is for lack of a network where there is none', async () => {
    device.phone.simulator.network('none');
    await expect(recognise().promise).rejects.toMatchObject({ kind: 'offline' });
  });

  it('is for lack of the service where there is none of that name', async () => {
    load('config/server.js').SERVERS.develop = 'cloud:env-1/other';
    await expect(recognise().promise).rejects.toMatchObject({ kind: 'cloud-not-found' });
  });

  it('is for an old WeChat that cannot call', async () => {
    await device.close();
    await open({ sdkVersion: '2.22.1' });
    await expect(recognise().promise).rejects.toMatchObject({ kind: 'wechat-outdated' });
  });
});

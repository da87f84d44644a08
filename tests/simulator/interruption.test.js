import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launch } from './jsdom.js';
import { FIXTURE } from './variant.js';

/** @type {import('node:http').Server} */
let http;
let base = '';
/** @type {import('./jsdom.js').Launched} */
let phone;
/** @type {{bytes: number, ended: boolean, headers: Record<string, any>}[]} */
let received = [];
/** @type {import('node:http').ServerResponse[]} answers that a test holds back */
let late = [];

beforeAll(async () => {
  http = createServer((request, response) => {
    const seen = { bytes: 0, ended: false, headers: request.headers };
    received.push(seen);
    request.on('data', (part) => (seen.bytes += part.length));
    request.on('error', () => undefined);
    request.on('end', () => {
      seen.ended = true;
      if (request.url === '/late') late.push(response);
      else if (request.url !== '/slow') response.end('{}');
    });
  });
  await new Promise((resolve) => http.listen(0, '127.0.0.1', () => resolve(undefined)));
  base = `http://127.0.0.1:${http.address().port}`;
});
afterAll(() => {
  http.closeAllConnections();
  http.close();
});
beforeEach(async () => {
  received = [];
  late = [];
  phone = await launch({ root: FIXTURE });
});
afterEach(async () => {
  expect(phone.errors).toEqual([]);
  await phone.close();
});

function start(name, options) {
  const progress = [];
  let task;
  const result = new Promise((resolve) => {
    task = phone.simulator.call(name, { ...options, complete: ({ errMsg }) => resolve(errMsg) });
  });
  if (name === 'uploadFile') task.onProgressUpdate((detail) => progress.push(detail.totalBytesSent));
  return { result, progress, task };
}
function upload(path = '/slow', bytes = 1000, more = {}) {
  const filePath = 'wxfile://usr/photo.jpg';
  const data = new phone.window.ArrayBuffer(bytes);
  phone.simulator.call('getFileSystemManager').writeFileSync(filePath, data);
  return start('uploadFile', { url: `${base}${path}`, filePath, name: 'image', ...more });
}

test('away for more than five seconds, requests are interrupted, and none begins', async () => {
  const running = upload();
  const asking = start('request', { url: `${base}/slow` });
  await expect.poll(() => received.length).toBe(2);
  phone.simulator.hide({ seconds: 6 });
  expect(await running.result).toBe('uploadFile:fail interrupted');
  expect(await asking.result).toBe('request:fail interrupted');
  expect(await upload().result).toBe('uploadFile:fail interrupted');
  phone.simulator.show();
  expect(await upload('/quick').result).toBe('uploadFile:ok');
});

test('away for less, they live on', async () => {
  const running = upload();
  await expect.poll(() => received.length).toBe(1);
  phone.simulator.hide({ seconds: 4 });
  expect(await upload('/quick').result).toBe('uploadFile:ok');
  phone.simulator.show();
  running.task.abort();
  expect(await running.result).toBe('uploadFile:fail abort');
});

test('away without a word for how long, the real clock counts', async () => {
  const running = upload();
  phone.simulator.hide();
  expect(await running.result).toBe('uploadFile:fail interrupted');
});

test('ten uploads and ten downloads at once, not more', async () => {
  const uploads = Array.from({ length: 10 }, () => upload());
  const downloads = Array.from({ length: 10 }, () => start('downloadFile', { url: `${base}/slow` }));
  expect(await upload('/quick').result).toBe('uploadFile:fail exceed max upload connection count 10');
  expect(await start('downloadFile', { url: `${base}/quick` }).result).toBe(
    'downloadFile:fail exceed max download connection count 10',
  );
  uploads[3].task.abort();
  await uploads[3].result;
  expect(await upload('/quick').result).toBe('uploadFile:ok');
  for (const { task } of [...uploads, ...downloads]) task.abort();
  await Promise.all([...uploads, ...downloads].map(({ result }) => result));
});

test('a connection that breaks off fails the running upload in its middle', async () => {
  phone.simulator.uploadThrottle(100_000);
  const running = upload('/quick', 1_000_000);
  await expect.poll(() => received[0]?.bytes ?? 0).toBeGreaterThan(0);
  phone.simulator.network('lost');
  expect(await running.result).toBe('uploadFile:fail errcode:-21 error_msg:net::ERR_NETWORK_CHANGED');
  expect(running.progress.length).toBeGreaterThan(0);
  expect(received[0].ended).toBe(false);
  expect(received[0].bytes).toBeLessThan(1_000_000);
  expect((await phone.simulator.call('getNetworkType')).networkType).toBe('none');
  expect(await upload('/quick').result).toContain('INTERNET_DISCONNECTED');
});

test('nothing gets through a silent network, until the time is over', async () => {
  const running = upload('/late', 1000, { timeout: 1000 });
  await expect.poll(() => late.length).toBe(1);
  phone.simulator.network('silent');
  late[0].end('{}');
  expect((await phone.simulator.call('getNetworkType')).networkType).toBe('wifi');
  expect(await upload('/quick', 1000, { timeout: 100 }).result).toBe('uploadFile:fail timeout');
  expect(await running.result).toBe('uploadFile:fail timeout');
  expect(received).toHaveLength(1);
});

test('a throttled upload reaches the server in parts, whole, and without our header', async () => {
  phone.simulator.uploadThrottle(100_000);
  const running = upload('/quick', 30_000);
  await expect.poll(() => received[0]?.bytes ?? 0).toBeGreaterThan(0);
  expect(received[0].ended).toBe(false);
  expect(await running.result).toBe('uploadFile:ok');
  expect(received[0].bytes).toBeGreaterThan(30_000);
  expect(running.progress.at(-1)).toBe(30_000);
  expect(running.progress.length).toBeGreaterThan(5);
  expect(Object.keys(received[0].headers).join()).not.toContain('simulator');
});

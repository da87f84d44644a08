import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launch } from './jsdom.js';
import { isNearby } from './proxy.js';
import { FIXTURE } from './variant.js';

/** @type {import('node:http').Server} */
let http;
let base = '';
/** @type {{method: string, url: string, headers: Record<string, any>, body: string}[]} */
let received = [];
/** @type {import('./jsdom.js').Launched} */
let phone;

const ROUTES = {
  '/slow': () => undefined,
  '/busy': (response) =>
    response
      .writeHead(503, { 'retry-after': '7', 'content-type': 'application/problem+json' })
      .end('{"code":"busy"}'),
  '/file': (response) => response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from([1, 2, 3])),
  '/refuse': (response, request) => request.socket.destroy(),
};

beforeAll(async () => {
  http = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const { method, url, headers } = request;
      received.push({ method, url, headers, body: Buffer.concat(parts).toString('latin1') });
      const route = ROUTES[url.split('?')[0]];
      if (route) route(response, request);
      else
        response
          .writeHead(200, { 'content-type': 'application/json', 'x-from': 'test' })
          .end('{"success":true}');
    });
  });
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${http.address().port}`;
});
afterAll(() => {
  http.closeAllConnections();
  http.close();
});
beforeEach(async () => {
  received = [];
  phone = await launch({ root: FIXTURE });
});
afterEach(async () => {
  expect(phone.errors).toEqual([]);
  await phone.close();
});

/** @returns {{task: any, result: Promise<any>, progress: number[]}} */
function upload(options = {}, bytes = 1000) {
  const filePath = 'wxfile://usr/photo.jpg';
  phone.simulator
    .call('getFileSystemManager')
    .writeFileSync(filePath, new phone.window.Uint8Array(bytes).buffer);
  return start('uploadFile', { url: `${base}/predict`, filePath, name: 'image', ...options });
}

function start(name, options) {
  let settle;
  const progress = [];
  const result = new Promise((resolve) => (settle = resolve));
  const task = phone.simulator.call(name, {
    ...options,
    success: (value) => settle({ ok: value }),
    fail: (value) => settle({ failed: value }),
  });
  if (name !== 'request') task.onProgressUpdate((detail) => progress.push(detail.progress));
  return { task, result, progress };
}

test('an upload is multipart with the field, the file and the form', async () => {
  const headers = [];
  const { task, result, progress } = upload({ formData: { top: 3 }, header: { 'X-Trace': 'abc' } });
  task.onHeadersReceived(({ header }) => headers.push(header));
  expect((await result).ok).toEqual({ statusCode: 200, data: '{"success":true}', errMsg: 'uploadFile:ok' });
  const [{ method, url, body, headers: sent }] = received;
  expect([method, url, sent['x-trace']]).toEqual(['POST', '/predict', 'abc']);
  expect(sent['content-type']).toMatch(/^multipart\/form-data; boundary=/);
  expect(body).toMatch(/name="top"\r\n\r\n3\r\n/);
  expect(body).toMatch(/name="image"; filename="photo\.jpg"\r\nContent-Type: image\/jpeg/);
  expect(progress.at(-1)).toBe(100);
  expect(headers[0]['x-from']).toBe('test');
});

test('every status is a success, and its headers are told', async () => {
  let retryAfter;
  const { task, result } = upload({ url: `${base}/busy` });
  task.onHeadersReceived(({ header }) => (retryAfter = header['retry-after']));
  expect((await result).ok).toMatchObject({ statusCode: 503, data: '{"code":"busy"}' });
  expect(retryAfter).toBe('7');
});

test("abort, timeout and a broken connection fail in the platform's words", async () => {
  const hanging = upload({ url: `${base}/slow` });
  await expect.poll(() => received.length).toBe(1);
  hanging.task.abort();
  expect((await hanging.result).failed).toEqual({ errMsg: 'uploadFile:fail abort' });
  expect((await upload({ url: `${base}/slow`, timeout: 50 }).result).failed).toEqual({
    errMsg: 'uploadFile:fail timeout',
  });
  expect((await upload({ url: `${base}/refuse` }).result).failed.errMsg).toMatch(
    /^uploadFile:fail errcode:-102 .*CONNECTION/,
  );
  expect((await upload({ filePath: 'wxfile://tmp_none.jpg' }).result).failed).toEqual({
    errMsg: 'uploadFile:fail file not found',
  });
});

test('a throttled upload advances in steps and can be aborted between them', async () => {
  phone.simulator.uploadThrottle(20_000);
  const whole = upload();
  await whole.result;
  expect(whole.progress.length).toBeGreaterThan(1);
  expect(whole.progress).toEqual([...whole.progress].sort((a, b) => a - b));
  const cut = upload({}, 100_000);
  await expect.poll(() => cut.progress.length).toBeGreaterThan(0);
  cut.task.abort();
  expect((await cut.result).failed).toEqual({ errMsg: 'uploadFile:fail abort' });
  expect(received).toHaveLength(1);
});

test('abort before anything is sent', async () => {
  const { task, result } = upload();
  task.abort();
  expect((await result).failed).toEqual({ errMsg: 'uploadFile:fail abort' });
  expect(received).toEqual([]);
});

test('Content-Type by hand is refused', () => {
  expect(() => upload({ header: { 'content-type': 'multipart/form-data' } })).toThrow(
    'never set Content-Type',
  );
});

test('no network fails what is under way and what comes, and is told', async () => {
  const told = [];
  phone.simulator.call('onNetworkStatusChange', (detail) => told.push(detail.networkType));
  const hanging = upload({ url: `${base}/slow` });
  await expect.poll(() => received.length).toBe(1);
  phone.simulator.network('none');
  expect((await hanging.result).failed.errMsg).toContain('INTERNET_DISCONNECTED');
  expect((await upload().result).failed.errMsg).toContain('INTERNET_DISCONNECTED');
  phone.simulator.network('wifi');
  expect((await upload().result).ok.statusCode).toBe(200);
  expect(told).toEqual(['none', 'wifi']);
});

test('a download is a temporary file', async () => {
  const { ok } = await start('downloadFile', { url: `${base}/file` }).result;
  expect(ok).toMatchObject({
    statusCode: 200,
    tempFilePath: expect.stringMatching(/^wxfile:\/\/tmp_.*\.png$/),
  });
  expect([
    ...new Uint8Array(phone.simulator.call('getFileSystemManager').readFileSync(ok.tempFilePath)),
  ]).toEqual([1, 2, 3]);
});

test('a request sends and reads JSON', async () => {
  const { ok } = await start('request', { url: `${base}/models?a=1`, data: { q: '猫' } }).result;
  expect(ok).toMatchObject({ statusCode: 200, data: { success: true } });
  await start('request', { url: `${base}/x`, method: 'POST', data: { q: 1 } }).result;
  expect(received.map(({ method, url, body }) => [method, decodeURIComponent(url), body])).toEqual([
    ['GET', '/models?a=1&q=猫', ''],
    ['POST', '/x', '{"q":1}'],
  ]);
});

test('the development server can be another one', async () => {
  const other = await launch({ root: FIXTURE, server: base });
  await new Promise((resolve) =>
    other.simulator.call('request', { url: 'http://127.0.0.1:5000/livez', complete: resolve }),
  );
  expect(received[0].url).toBe('/livez');
  await other.close();
});

test('the proxy leaves the neighbourhood alone', () => {
  const near = ['127.0.0.1', 'localhost', '10.1.2.3', '192.168.0.9', '172.16.0.1', '172.31.9.9', '[::1]'];
  const far = ['8.8.8.8', '172.32.0.1', '169.254.169.254', 'example.com', '127.0.0.1.example.com', '0.0.0.0'];
  expect(near.filter(isNearby)).toEqual(near);
  expect(far.filter(isNearby)).toEqual([]);
});

test('a request has the methods of the platform, and PATCH is none of them', async () => {
  expect(() => phone.simulator.call('request', { url: base, method: 'PATCH' })).toThrow('no method PATCH');
  const answer = await new Promise((success) => phone.simulator.call('request', { url: base, method: 'PUT', success }));
  expect(answer.statusCode).toBe(200);
  expect(received.map(({ method }) => method)).toEqual(['PUT']);
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createServer } from 'node:http';
import { launch } from './jsdom.js';
import { FIXTURE } from './variant.js';

/** @type {import('./jsdom.js').Launched} */
let phone;
/** @type {import('node:http').Server} the container */
let server;
/** @type {{method: string, url: string, headers: import('node:http').IncomingHttpHeaders}[]} */
let received;
/** @type {(response: import('node:http').ServerResponse) => void} */
let respond;

beforeEach(async () => {
  received = [];
  respond = (response) => response.writeHead(201, { 'content-type': 'application/json' }).end('{"seen": true}');
  server = createServer(({ method, url, headers }, response) => {
    received.push({ method, url, headers });
    respond(response);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', () => ready(undefined)));
});

afterEach(async () => {
  await phone.close();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

/** @param {Partial<import('./jsdom.js').LaunchOptions>} [options] @returns {Promise<any>} its wx.cloud */
async function cloud(options) {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  phone = await launch({ root: FIXTURE, server: `http://127.0.0.1:${port}`, cloud: 'env-1/paishi', ...options });
  return phone.simulator.cloud;
}

const TO_PAISHI = { path: '/predict?top=1', method: 'POST', header: { 'X-WX-SERVICE': 'paishi' } };

/** @returns {Promise<any>} the result, or what it failed with */
const ended = (call) => call.then((result) => ({ ...result }), (error) => ({ ...error }));

test('a request reaches the container, with the identity that only the gateway gives', async () => {
  const wx = await cloud();
  wx.init({ env: 'env-1' });
  const header = { ...TO_PAISHI.header, 'X-WX-OPENID': 'somebody-else', 'Content-Type': 'image/jpeg' };
  const data = new phone.window.Uint8Array([1, 2, 3]).buffer;
  const result = await ended(wx.callContainer({ ...TO_PAISHI, header, data, config: { env: 'env-1' } }));
  expect(result).toMatchObject({ statusCode: 201, data: { seen: true }, errMsg: 'cloud.callContainer:ok' });
  expect(received[0]).toMatchObject({
    method: 'POST',
    url: '/predict?top=1',
    headers: { 'x-wx-openid': 'openid-of-the-simulator', 'content-type': 'image/jpeg', 'content-length': '3' },
  });
});

describe('the limits', () => {
  test.each([
    ['a body above 100 KB', { data: 'x'.repeat(100 * 1024 + 1) }, -606001],
    ['another service', { header: { 'X-WX-SERVICE': 'other' } }, -501000],
    ['no service', { header: {} }, -501000],
    ['a path that is an address', { path: 'http://127.0.0.1/predict' }, -501000],
    ['another method', { method: 'PATCH' }, 102005],
  ])('%s is refused', async (_, options, errCode) => {
    const wx = await cloud();
    wx.init({ env: 'env-1' });
    expect(await ended(wx.callContainer({ ...TO_PAISHI, ...options }))).toMatchObject({ errCode });
    expect(received).toEqual([]);
  });

  test('a body of 100 KB is not', async () => {
    const wx = await cloud();
    wx.init({ env: 'env-1' });
    expect(await ended(wx.callContainer({ ...TO_PAISHI, data: 'x'.repeat(100 * 1024) }))).toMatchObject({ statusCode: 201 });
  });

  test('a response above 1000 KB does not arrive', async () => {
    respond = (response) => response.end('x'.repeat(1000 * 1024 + 1));
    const wx = await cloud();
    wx.init({ env: 'env-1' });
    expect(await ended(wx.callContainer(TO_PAISHI))).toMatchObject({ errCode: -606002 });
  });

  test('no answer in time is a failure of its own', async () => {
    respond = () => {};
    const wx = await cloud();
    wx.init({ env: 'env-1' });
    expect(await ended(wx.callContainer({ ...TO_PAISHI, timeout: 50 }))).toMatchObject({ errCode: 102002 });
  });

  test('there is nothing to abort or to listen to', async () => {
    const wx = await cloud();
    wx.init({ env: 'env-1' });
    let end;
    const done = new Promise((resolve) => (end = resolve));
    expect(wx.callContainer({ ...TO_PAISHI, complete: end })).toBeUndefined();
    await done;
  });
});

describe('an error of the developer', () => {
  test('is a call before init', async () => {
    const wx = await cloud();
    await ended(wx.callContainer(TO_PAISHI));
    expect(phone.errors[0].message).toContain('call wx.cloud.init first');
  });

  test('is an environment that init did not get', async () => {
    const wx = await cloud();
    wx.init({ env: 'env-1' });
    await ended(wx.callContainer({ ...TO_PAISHI, config: { env: 'env-2' } }));
    expect(phone.errors[0].message).toContain('"env-2"');
  });

  test('is a second init, and what the stand-in lacks', async () => {
    const wx = await cloud();
    wx.init({ env: 'env-1' });
    expect(() => wx.init({ env: 'env-1' })).toThrow(/once/);
    expect(() => wx.callFunction).toThrow(/not implemented/);
  });
});

test('an older base library has no callContainer', async () => {
  const wx = await cloud({ sdkVersion: '2.22.1' });
  expect(wx.callContainer).toBeUndefined();
});

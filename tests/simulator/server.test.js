import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startServer } from './server.js';
import { variant } from './variant.js';

/** @type {{close: () => Promise<void>}[]} */
const open = [];
afterEach(() => Promise.all(open.splice(0).map((server) => server.close())));
const start = async (options) => {
  const server = await startServer(options);
  open.push(server);
  return server;
};
const text = async (url) => (await fetch(url)).text();

test('the page, its scripts and nothing else are served', async () => {
  const { url } = await start({ root: variant({}) });
  expect(await text(url)).toContain('<div id="phone">');
  expect(await text(`${url}simulator.js`)).toContain('__startSimulator');
  expect(await text(`${url}miniprogram.js`)).toContain('pages/home/home');
  expect((await fetch(`${url}app.json`)).status).toBe(404);
  expect((await fetch(`${url}../package.json`)).status).toBe(404);
});

test('of onnxruntime-web only what runs a model is served', async () => {
  const { url } = await start({ root: variant({}) });
  const wasm = await fetch(`${url}onnxruntime/ort-wasm-simd-threaded.wasm`);
  expect([wasm.status, wasm.headers.get('content-type')]).toEqual([200, 'application/wasm']);
  expect((await fetch(`${url}onnxruntime/ort.wasm.min.mjs`)).headers.get('content-type')).toMatch(/^text\/javascript/);
  expect((await fetch(`${url}onnxruntime/ort.all.js`)).status).toBe(404);
  expect((await fetch(`${url}onnxruntime/..%2fpackage.json`)).status).toBe(404);
});

test('each page load compiles anew', async () => {
  const root = variant({});
  const { url } = await start({ root });
  expect(await text(`${url}miniprogram.js`)).not.toContain('brand-new');
  writeFileSync(join(root, 'pages/home/home.wxml'), '<view class="brand-new" />');
  expect(await text(`${url}miniprogram.js`)).toContain('brand-new');
});

test('a taken port leads to the next one', async () => {
  const root = variant({});
  const first = await start({ root });
  const { port } = new URL(first.url);
  const second = await start({ root, port: Number(port) });
  expect(Number(new URL(second.url).port)).toBeGreaterThan(Number(port));
});

test('the proxy breaks the connection where the target cannot be reached or is far away', async () => {
  const { url } = await start({ root: variant({}) });
  await expect(fetch(`${url}__proxy__/${encodeURIComponent('http://127.0.0.1:9/x')}`)).rejects.toThrow();
  await expect(fetch(`${url}__proxy__/${encodeURIComponent('http://8.8.8.8/x')}`)).rejects.toThrow();
});

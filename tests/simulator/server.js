import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { appScript, hostFile, runtimeScript } from './compiler/bundle.js';
import { proxy, PROXY_PREFIX } from './proxy.js';

const TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  wasm: 'application/wasm',
};
/** Files of onnxruntime-web that run a model; its folder has many more. */
const ONNX_RUNTIME = /^onnxruntime\/(ort(?:-wasm-simd-threaded|\.wasm\.min)\.(?:mjs|wasm))$/;
const ATTEMPTS = 50;

/**
 * Serves the simulator on 127.0.0.1. The mini-program is compiled anew for each page load; a compile
 * error shows in the page and in the console.
 *
 * @param {{root: string, port?: number, server?: string}} options `port` 0 (default) takes any; a taken
 *   one moves to the next; `server` is where requests for http://127.0.0.1:5000 go
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export async function startServer({ root, port = 0, server }) {
  const http = createServer((incoming, outgoing) => {
    if (incoming.url?.startsWith(PROXY_PREFIX)) return proxy(incoming, outgoing);
    return serveFile(root, server, new URL(incoming.url ?? '/', 'http://localhost'), outgoing);
  });
  const taken = await listen(http, port, ATTEMPTS);
  return {
    url: `http://127.0.0.1:${taken}/`,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

/** @returns {Promise<void>} */
async function serveFile(root, server, address, outgoing) {
  const name = address.pathname.slice(1) || 'index.html';
  const body = await content(root, name, server);
  if (body === undefined) {
    outgoing.writeHead(404).end();
    return;
  }
  outgoing.writeHead(200, {
    'content-type': TYPES[name.split('.').at(-1)],
    'cache-control': 'no-store',
  });
  outgoing.end(body);
}

/** @returns {Promise<string | Buffer | undefined>} */
async function content(root, name, server) {
  const [, part] = ONNX_RUNTIME.exec(name) ?? [];
  if (part) return onnxRuntime(part);
  if (name === 'index.html' || name === 'phone.css') return hostFile(name);
  if (name === 'simulator.js') return runtimeScript();
  if (name !== 'miniprogram.js') return undefined;
  try {
    return `${await appScript(root)}\nglobalThis.__server = ${JSON.stringify(server ?? null)};`;
  } catch (error) {
    console.error(error.message);
    return `document.getElementById('phone').append(${JSON.stringify(error.message)}); throw new Error(${JSON.stringify(error.message)});`;
  }
}

/** @param {string} name of a file of onnxruntime-web @returns {Promise<Buffer | undefined>} undefined where it is not installed */
async function onnxRuntime(name) {
  try {
    return await readFile(join(dirname(createRequire(import.meta.url).resolve('onnxruntime-web')), name));
  } catch (error) {
    console.error(`simulator: no model can run: ${error.message}`);
    return undefined;
  }
}

/** @returns {Promise<number>} the port that was free */
function listen(http, port, attempts) {
  return new Promise((resolve, reject) => {
    http.once('error', (error) => {
      if (error.code === 'EADDRINUSE' && attempts > 0) resolve(listen(http, port + 1, attempts - 1));
      else reject(error);
    });
    http.listen(port, '127.0.0.1', () => resolve(http.address().port));
  });
}

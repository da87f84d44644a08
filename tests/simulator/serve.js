#!/usr/bin/env node
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startServer } from './server.js';

const ROOT = fileURLToPath(new URL('../../miniprogram', import.meta.url));

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '5173' },
    root: { type: 'string', default: ROOT },
    server: { type: 'string' },
    open: { type: 'boolean', default: false },
  },
});

const { url } = await startServer({ root: values.root, port: Number(values.port), server: values.server });
console.log(`The mini-program in the browser: ${url}`);
console.log(`Its server: ${values.server ?? 'http://127.0.0.1:5000'} (choose another with --server)`);
if (values.open) openBrowser(url);

/** @param {string} address @returns {void} */
function openBrowser(address) {
  const command = { darwin: 'open', win32: 'explorer' }[process.platform] ?? 'xdg-open';
  execFile(
    command,
    [address],
    (error) => error && console.log('No browser to open here; visit the address above.'),
  );
}

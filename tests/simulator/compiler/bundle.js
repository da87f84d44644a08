import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileApp } from './app.js';

const HERE = fileURLToPath(new URL('..', import.meta.url));

/** @type {Promise<string> | undefined} */
let runtime;

/**
 * The simulator itself as one script. It does not depend on the mini-program, so one build serves a
 * whole process.
 *
 * @param {{fresh?: boolean}} [options] `fresh` builds again, for people who edit the simulator
 * @returns {Promise<string>}
 */
export function runtimeScript({ fresh = false } = {}) {
  if (!runtime || fresh) runtime = buildRuntime();
  return runtime;
}

/**
 * @param {string} root
 * @returns {Promise<string>} a script that leaves the compiled mini-program for the runtime to find
 */
export async function appScript(root) {
  const app = JSON.stringify(await compileApp(root));
  return `globalThis.__miniprogram = ${app.replace(/</g, '\\u003c')};`;
}

/** @param {'index.html' | 'phone.css'} name @returns {string} */
export function hostFile(name) {
  return readFileSync(join(HERE, 'host', name), 'utf8');
}

/** @returns {Promise<string>} */
async function buildRuntime() {
  const result = await build({
    entryPoints: [join(HERE, 'runtime/boot.js')],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  });
  return result.outputFiles[0].text;
}

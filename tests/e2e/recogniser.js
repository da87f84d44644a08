import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const GIVEN = process.env.PAISHI_PYTHON ?? '.venv/bin/python';
/** A path is absolute, for programs that run in another folder. */
export const PYTHON = GIVEN.includes('/') ? resolve(ROOT, GIVEN) : GIVEN;
const PATIENCE_MS = 120_000;

/**
 * A path below ../shared, undefined where that folder is absent; throws where it must not be.
 *
 * @param {string} path
 * @returns {string | undefined}
 */
export function shared(path) {
  const found = fileURLToPath(new URL(`../../../shared/${path}`, import.meta.url));
  if (existsSync(found)) return found;
  if (process.env.PAISHI_REQUIRE_SHARED) throw new Error(`needs ../shared/${path}`);
  return undefined;
}

/**
 * The real server in a process of its own, with MobileNetV2 and its real weights out of ../shared by default.
 *
 * @typedef {object} Recogniser
 * @property {string} address
 * @property {() => Promise<void>} stop  ends the process; nothing answers at the address any more
 *
 * @param {number} [port]  a free one by default
 * @param {Record<string, string>} [settings]  more of them
 * @returns {Promise<Recogniser>}  ready to recognise
 */
export async function startRecogniser(port, settings) {
  const taken = port ?? (await freePort());
  // A home of its own, for what the server writes beside the weights.
  const home = mkdtempSync(join(tmpdir(), 'keras-'));
  const keras = shared('keras');
  if (keras) symlinkSync(join(keras, 'models'), join(home, 'models'));
  const environment = {
    ...process.env,
    KERAS_HOME: home,
    PAISHI_CACHE: `${ROOT}build/converted`, // what is in ../shared is only read
    PAISHI_MODEL: 'MobileNetV2',
    PAISHI_STAND_IN: '', // no other model answers while this one is converted
    PAISHI_HOST: '127.0.0.1',
    PAISHI_PORT: String(taken),
    ...settings,
  };
  const server = spawn(PYTHON, ['-m', 'paishi', 'serve'], { cwd: ROOT, env: environment, stdio: 'pipe' });
  const ended = once(server, 'exit');
  let output = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => (output += text));
  const address = `http://127.0.0.1:${taken}`;
  await untilReady(address, () => server.exitCode !== null, () => output);
  return {
    address,
    async stop() {
      server.kill('SIGTERM');
      await ended;
      rmSync(home, { recursive: true });
    },
  };
}

/** @returns {Promise<number>} */
export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
  probe.close();
  await once(probe, 'close');
  return port;
}

/**
 * @param {string} address
 * @param {() => boolean} hasEnded
 * @param {() => string} output
 */
async function untilReady(address, hasEnded, output) {
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until && !hasEnded()) {
    const answer = await fetch(`${address}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await pause(200);
  }
  throw new Error(`the server did not get ready:\n${output()}`);
}

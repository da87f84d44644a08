import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchBrowser } from './launch.js';

/** How long a browser that nobody uses waits for the next phone. */
const LINGER_MS = 3000;
const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

/**
 * A browser with a camera. Starting one takes longer than all else, and what the camera shows is settled then:
 * phones that see the same share one.
 */
class Shared {
  users = 0;

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  end;

  /** @param {string} view @param {string} [photo] */
  constructor(view, photo) {
    this.view = view;
    this.browser = launch(photo);
    this.browser.then(
      (browser) => browser.once('disconnected', () => this.forget()),
      () => this.forget(),
    );
    shared.set(view, this);
  }

  /** @returns {Promise<import('playwright-core').Browser>} */
  async borrow() {
    clearTimeout(this.end);
    this.users += 1;
    return this.browser;
  }

  giveBack() {
    this.users -= 1;
    if (this.users > 0) return;
    this.end = setTimeout(async () => {
      this.forget();
      await (await this.browser).close();
    }, LINGER_MS);
  }

  /** The next phone gets another. */
  forget() {
    if (shared.get(this.view) === this) shared.delete(this.view);
  }
}

/** @type {Map<string, Shared>} by what the camera shows */
const shared = new Map();

/**
 * @param {string} [photo] a JPEG file that the camera shows; a test picture otherwise
 * @returns {Promise<{browser: import('playwright-core').Browser, giveBack: () => void}>}
 * @throws {Error} where there is no Chromium
 */
export async function borrowBrowser(photo) {
  const view = photo ? createHash('sha256').update(readFileSync(photo)).digest('hex') : '';
  const one = shared.get(view) ?? new Shared(view, photo);
  return { browser: await one.borrow(), giveBack: () => one.giveBack() };
}

/** @param {string} [photo] @returns {Promise<import('playwright-core').Browser>} */
async function launch(photo) {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  const flags = photo ? [...CAMERA, `--use-file-for-fake-video-capture=${film(photo, folder)}`] : CAMERA;
  const browser = await launchBrowser(flags);
  browser.once('disconnected', () => rmSync(folder, { recursive: true, force: true }));
  return browser;
}

/** @returns {string} an MJPEG file: JPEGs one after the other, so a copy of one is a film */
function film(photo, folder) {
  const file = join(folder, 'camera.mjpeg');
  copyFileSync(photo, file);
  return file;
}

import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const FIXTURE = fileURLToPath(new URL('fixture', import.meta.url));

/**
 * A copy of the fixture with some files written anew, for tests of what is wrong or unusual.
 *
 * @param {Record<string, string>} files path -> content
 * @returns {string} the copy's folder, below the system's temporary folder
 */
export function variant(files) {
  const root = mkdtempSync(join(tmpdir(), 'miniprogram-'));
  cpSync(FIXTURE, root, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

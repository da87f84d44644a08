import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives tests a temporary folder of their own and deletes it: they left 200 MB of copied mini-programs. */
export default function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'paishi-tests-'));
  process.env.TMPDIR = folder; // os.tmpdir() of the workers, and of what they start
  // A browser that is ending may still write into it.
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

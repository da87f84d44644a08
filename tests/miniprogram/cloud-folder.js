import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './sources.js';

/** What an operator of 微信云托管 writes into config/server.js. */
export const CLOUD_ADDRESS = 'cloud:env-1/paishi';

/** @returns {string} a copy of the mini-program with that address, below the system's temporary folder */
export function cloudFolder() {
  const root = mkdtempSync(join(tmpdir(), 'miniprogram-'));
  cpSync(ROOT, root, { recursive: true });
  const config = join(root, 'config/server.js');
  const text = readFileSync(config, 'utf8');
  writeFileSync(config, text.replace(/(develop|trial|release): '[^']*'/g, `$1: '${CLOUD_ADDRESS}'`));
  return root;
}

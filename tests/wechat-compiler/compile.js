/**
 * Compiles the mini-program with WeChat's own compiler and runs WeChat's code quality check, offline.
 * `node tests/wechat-compiler/compile.js [folder]` prints the sizes of the main package and of the subpackages; it exits
 * with 1 and the messages where either finds something, or where the main package, which everybody downloads at the first
 * visit, is larger than LIMIT_KB.
 *
 * It does not see wrong WXML or wrong types: the simulator's compiler and tsc do.
 */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const LIMIT_KB = 400;
/** Ends a compiler that hangs; it is no assertion about speed. */
const TIME_LIMIT_MS = 600_000;

const folder = resolve(process.argv[2] ?? fileURLToPath(new URL('../../miniprogram', import.meta.url)));

/** WeChat's limits for a mini-program's own code, which its host would tell. */
const ATTRIBUTES = {
  platform: false,
  appType: 0,
  isSandbox: false,
  released: false,
  setting: {
    MaxCodeSize: 2,
    MaxSubpackageSubCodeSize: 2,
    MaxSubpackageFullCodeSize: 20,
    NavigateMiniprogramLimit: 10,
    MaxSubPackageLimit: 100,
    MinTabbarCount: 2,
    MaxTabbarCount: 5,
    MaxTabbarIconSize: 40,
  },
};

/** @returns {string} a key that nobody knows: nothing is uploaded */
function throwAwayKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return String(privateKey.export({ type: 'pkcs1', format: 'pem' }));
}

/**
 * @returns {Promise<{sizes: Map<string, number>, findings: string[]}>}  `sizes`: bytes by the root of each subpackage; '' is
 *   the main package
 * @throws {Error} where it does not compile
 */
async function compile() {
  const { default: ci } = await import('miniprogram-ci');
  const project = new ci.Project({
    appid: 'wx0000000000000000',
    type: 'miniProgram',
    projectPath: folder,
    privateKey: throwAwayKey(),
    ignores: ['node_modules/**/*'],
  });
  project.attr = async () => ({ ...ATTRIBUTES, appid: project.appid });
  const setting = { es6: true, es7: true, minifyJS: true, minifyWXML: true, minifyWXSS: true };
  const compiled = await ci.getCompiledResult({ project, version: '0', desc: '', setting });
  const { subPackages = [] } = JSON.parse(readFileSync(join(folder, 'app.json'), 'utf8'));
  const sizes = new Map([['', 0]]);
  for (const [file, content] of Object.entries(compiled)) {
    const root = subPackages.map((one) => one.root).find((one) => file.startsWith(`${one}/`)) ?? '';
    sizes.set(root, (sizes.get(root) ?? 0) + Buffer.byteLength(content));
  }
  const quality = await ci.checkCodeQuality(project);
  const findings = quality.filter(({ success }) => !success).map(({ name, text }) => `${name}: ${text}`);
  return { sizes, findings };
}

/** @returns {Promise<number>} exit status */
async function main() {
  const { sizes, findings } = await compile();
  const kilobytes = (/** @type {string} */ root) => Math.ceil((sizes.get(root) ?? 0) / 1024);
  console.log(`${folder}: ${kilobytes('')} KB compiled, limit ${LIMIT_KB} KB`);
  for (const root of sizes.keys()) if (root) console.log(`subpackage ${root}: ${kilobytes(root)} KB`);
  if (kilobytes('') > LIMIT_KB) findings.push(`the main package is larger than ${LIMIT_KB} KB`);
  for (const finding of findings) console.error(finding);
  return findings.length === 0 ? 0 : 1;
}

const scratch = mkdtempSync(join(tmpdir(), 'official-compile-'));
// The compiler keeps caches in the home folder and beside the working folder.
process.env.HOME = scratch;
process.chdir(scratch);

const late = setTimeout(() => {
  console.error(`no answer from WeChat's compiler within ${TIME_LIMIT_MS / 1000} s`);
  process.exit(1);
}, TIME_LIMIT_MS);
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

let status = 1;
try {
  status = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
}
clearTimeout(late);
// Its worker threads would keep the process alive.
process.exit(status);

import { build } from 'esbuild';
import { resolve } from 'node:path';
import { compileFunction } from 'node:vm';
import { CompileError } from './compile-error.js';
import { resolvePath } from './source-folder.js';

/**
 * Collects scripts and everything they `require`. esbuild only reads them here, for the graph and for
 * errors with a line; the sources run as they are written.
 *
 * @param {import('./source-folder.js').SourceFolder} folder
 * @param {string[]} entries paths of scripts that exist
 * @param {object} packages
 * @param {string[]} packages.scripts paths of all scripts, for those that only `require.async` names
 * @param {(path: string) => string} packages.packageOf root of the subpackage of a file; '' for the main one
 * @returns {Promise<Record<string, string>>} path -> source
 */
export async function collectModules(folder, entries, { scripts, packageOf }) {
  const later = scripts.flatMap((path) => asyncTargets(folder, path));
  const result = await build({
    entryPoints: [...new Set([...entries, ...later])].map((path) => resolve(folder.root, path)),
    bundle: true,
    write: false,
    metafile: true,
    format: 'cjs',
    outdir: '/',
    logLevel: 'silent',
    absWorkingDir: resolve(folder.root),
    plugins: [platformRequire(folder)],
  }).catch((failure) => {
    throw asCompileError(failure);
  });
  const modules = Object.fromEntries(
    Object.keys(result.metafile.inputs).map((path) => [path, folder.read(path)]),
  );
  for (const [path, source] of Object.entries(modules)) refuseOtherModuleSystems(path, source);
  for (const [path, { imports }] of Object.entries(result.metafile.inputs)) {
    const foreign = imports.find((target) => !['', packageOf(path)].includes(packageOf(target.path)));
    if (foreign) throw new CompileError(`${foreign.path} is in a subpackage: require.async() it`, path);
  }
  return modules;
}

/** @returns {string[]} scripts that `path` loads with `require.async` */
function asyncTargets(folder, path) {
  return [...folder.read(path).matchAll(/\brequire\.async\('([^']+)'\)/g)].map(([, target]) => {
    const found = moduleFile(folder, target, path);
    if (!found) throw new CompileError(`require.async('${target}') finds no script`, path);
    return found;
  });
}

/** `require` as phones have it: relative or from the root, scripts only, no packages. */
function platformRequire(folder) {
  return {
    name: 'platform-require',
    /** @param {import('esbuild').PluginBuild} plugin @returns {void} */
    setup(plugin) {
      plugin.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
        if (kind === 'entry-point') return undefined;
        const from = importer.slice(resolve(folder.root).length + 1);
        if (kind !== 'require-call') return { errors: [{ text: 'a phone has only require()' }] };
        const found = moduleFile(folder, path, from);
        if (!found) return { errors: [{ text: `require('${path}') finds no script` }] };
        return { path: resolve(folder.root, found) };
      });
    },
  };
}

/**
 * @param {{has(path: string): boolean}} folder
 * @param {string} path as written in `require`
 * @param {string} from the requiring script
 * @returns {string | undefined} the script's path
 */
export function moduleFile(folder, path, from) {
  const target = resolvePath(path, from);
  return [target, `${target}.js`, `${target}/index.js`].find(
    (candidate) => candidate.endsWith('.js') && folder.has(candidate),
  );
}

/** `import` and `export` bundle well and then fail on a phone without a build step. */
function refuseOtherModuleSystems(path, source) {
  try {
    compileFunction(source, [], { filename: path });
  } catch (error) {
    const line = Number(/:(\d+)\n/.exec(error.stack)?.[1]) || undefined;
    throw new CompileError(error.message, path, line);
  }
}

/** @param {any} failure @returns {Error} */
function asCompileError(failure) {
  const first = failure.errors?.[0];
  if (!first) return failure;
  const { file, line, column } = first.location ?? {};
  return new CompileError(first.text, file ?? 'app.js', line, column === undefined ? undefined : column + 1);
}

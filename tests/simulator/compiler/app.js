import { readdirSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { CompileError } from './compile-error.js';
import { packageOf, readAppConfig, readComponentConfig } from './config.js';
import { collectModules } from './modules.js';
import { resolvePath, SourceFolder } from './source-folder.js';
import { Templates } from './wxml.js';
import { compileStyles } from './wxss.js';
import { builtIns } from '../runtime/components/index.js';

/**
 * @typedef {object} CompiledComponent
 * @property {boolean} page
 * @property {Record<string, any>} config the JSON beside it
 * @property {string[]} handlers event handlers that its template names
 *
 * @typedef {object} CompiledApp
 * @property {import('./config.js').AppConfig} config
 * @property {Record<string, Record<string, string>>} theme
 * @property {Record<string, CompiledComponent>} components by path, pages among them
 * @property {Record<string, string>} modules path -> source
 * @property {string} templates function body that returns the compiled templates
 * @property {Record<string, string>} styles path without suffix -> CSS
 * @property {Record<string, string>} assets path -> data: address
 *
 * @typedef {object} PackedFile
 * @property {string} path relative to the mini-program's folder, with forward slashes
 * @property {number} size bytes
 * @property {number} mtimeMs
 */

/** WeChat's limit for the main package and for each subpackage, bytes. */
const PACKAGE_LIMIT = 2 * 1024 * 1024;

const ASSET_TYPES = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
};

/** @type {Map<string, {state: string, app: Promise<CompiledApp>}>} by folder */
const compiled = new Map();

/**
 * Compiles the folder that DevTools opens, as it is; again only when a file in it has changed.
 *
 * @param {string} root
 * @returns {Promise<CompiledApp>} plain data, safe to send as JSON; other callers get the same object
 * @throws {CompileError} at the first fault, with file and line
 */
export async function compileApp(root) {
  const files = packedFiles(root);
  const state = JSON.stringify(files);
  const known = compiled.get(root);
  if (known?.state === state) return known.app;
  const app = compile(root, files);
  compiled.set(root, { state, app });
  return app;
}

/** @param {string} root @param {PackedFile[]} files @returns {Promise<CompiledApp>} */
async function compile(root, files) {
  const folder = new SourceFolder(root);
  const { config, theme } = readAppConfig(folder);
  checkSize(files, config);
  const templates = new Templates(folder);
  const components = collectComponents(folder, config, theme, templates);
  const scripts = Object.keys(components).map((path) => `${path}.js`);
  for (const script of scripts) folder.has(script) || folder.read(script, 'app.json');
  const entries = ['app.js', ...scripts].filter((path) => folder.has(path));
  return {
    config,
    theme,
    components,
    modules: await collectModules(folder, entries, {
      scripts: files.map(({ path }) => path).filter((path) => path.endsWith('.js')),
      packageOf: (path) => packageOf(config, path),
    }),
    templates: templates.code(),
    styles: collectStyles(folder, components),
    assets: collectAssets(folder, files),
  };
}

/** @param {string} root @returns {PackedFile[]} what would be uploaded to WeChat */
function packedFiles(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !/\.d\.ts$|node_modules\//.test(path))
    .map((path) => {
      const { size, mtimeMs } = statSync(join(root, path));
      return { path, size, mtimeMs };
    });
}

/** @param {PackedFile[]} files @param {import('./config.js').AppConfig} config @returns {void} */
function checkSize(files, config) {
  for (const root of ['', ...config.subPackages.map((one) => one.root)]) {
    const own = files.filter(({ path }) => packageOf(config, path) === root);
    const size = own.reduce((sum, file) => sum + file.size, 0);
    if (size > PACKAGE_LIMIT) {
      const name = root ? `the subpackage ${root}` : 'the package';
      throw new CompileError(`${name} has ${size} bytes, a phone takes ${PACKAGE_LIMIT}`, 'app.json');
    }
  }
}

/** @returns {Record<string, CompiledComponent>} */
function collectComponents(folder, appConfig, theme, templates) {
  /** @type {Record<string, CompiledComponent>} */
  const found = {};
  const shared = usedComponents(appConfig.usingComponents, 'app.json');
  const visit = (path, page, wantedBy) => {
    if (found[path]) return;
    const config = readComponentConfig(folder, path, { page, theme, wantedBy });
    const using = { ...shared, ...usedComponents(config.usingComponents, `${path}.json`) };
    found[path] = { page, config: { ...config, usingComponents: rooted(using) }, handlers: [] };
    found[path].handlers = templates.add(
      path,
      new Set(Object.keys(using)),
      page ? 'app.json' : `${path}.json`,
    );
    for (const target of Object.values(using)) {
      if (![packageOf(appConfig, path), ''].includes(packageOf(appConfig, target)))
        throw new CompileError(`${target} is in another subpackage`, `${path}.json`);
      visit(target, false, `${path}.json`);
    }
  };
  for (const page of appConfig.pages) visit(page, true, 'app.json');
  return found;
}

/** @param {Record<string, string> | undefined} using @param {string} file @returns {Record<string, string>} */
function usedComponents(using, file) {
  return Object.fromEntries(
    Object.entries(using ?? {}).map(([tag, target]) => {
      if (builtIns.has(tag)) throw new CompileError(`<${tag}> is a built-in component`, file);
      return [tag, resolvePath(target, file)];
    }),
  );
}

/** @param {Record<string, string>} using @returns {Record<string, string>} */
function rooted(using) {
  return Object.fromEntries(Object.entries(using).map(([tag, path]) => [tag, `/${path}`]));
}

/** @returns {Record<string, string>} */
function collectStyles(folder, components) {
  /** @type {Record<string, string>} */
  const styles = {};
  const add = (path, kind) => {
    if (folder.has(`${path}.wxss`)) styles[path] = compileStyles(folder, `${path}.wxss`, { kind, path });
  };
  add('app', 'app');
  for (const [path, { page, config }] of Object.entries(components)) {
    // A page that isolates itself is styled as a component is.
    add(path, page && config.styleIsolation === undefined ? 'page' : 'component');
  }
  return styles;
}

/** @param {SourceFolder} folder @param {PackedFile[]} files @returns {Record<string, string>} */
function collectAssets(folder, files) {
  const pictures = files.map(({ path }) => path).filter((path) => extname(path) in ASSET_TYPES);
  return Object.fromEntries(
    pictures.map((path) => [
      path,
      `data:${ASSET_TYPES[extname(path)]};base64,${folder.readBytes(path).toString('base64')}`,
    ]),
  );
}

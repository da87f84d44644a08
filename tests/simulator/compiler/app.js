import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { CompileError } from './compile-error.js';
import { readAppConfig, readComponentConfig } from './config.js';
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
 */

/** WeChat's limit for a main package, bytes. */
const PACKAGE_LIMIT = 2 * 1024 * 1024;

const ASSET_TYPES = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
};

/**
 * Compiles the folder that DevTools opens, as it is.
 *
 * @param {string} root
 * @returns {Promise<CompiledApp>} plain data, safe to send as JSON
 * @throws {CompileError} at the first fault, with file and line
 */
export async function compileApp(root) {
  checkSize(root);
  const folder = new SourceFolder(root);
  const { config, theme } = readAppConfig(folder);
  const templates = new Templates(folder);
  const components = collectComponents(folder, config, theme, templates);
  const scripts = Object.keys(components).map((path) => `${path}.js`);
  for (const script of scripts) folder.has(script) || folder.read(script, 'app.json');
  const entries = ['app.js', ...scripts].filter((path) => folder.has(path));
  return {
    config,
    theme,
    components,
    modules: await collectModules(folder, entries),
    templates: templates.code(),
    styles: collectStyles(folder, components),
    assets: collectAssets(root),
  };
}

/** @param {string} root @returns {void} */
function checkSize(root) {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const packed = entries.filter(
    (entry) => entry.isFile() && !/\.d\.ts$|node_modules/.test(entry.parentPath + entry.name),
  );
  const size = packed.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  if (size > PACKAGE_LIMIT)
    throw new CompileError(`the package has ${size} bytes, a phone takes ${PACKAGE_LIMIT}`, 'app.json');
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
    for (const target of Object.values(using)) visit(target, false, `${path}.json`);
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

/** @param {string} root @returns {Record<string, string>} */
function collectAssets(root) {
  const folder = new SourceFolder(root);
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && extname(entry.name) in ASSET_TYPES)
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root).length).replace(/^\//, ''))
    .filter((path) => !path.includes('node_modules'));
  return Object.fromEntries(
    files.map((path) => [
      path,
      `data:${ASSET_TYPES[extname(path)]};base64,${folder.readBytes(path).toString('base64')}`,
    ]),
  );
}

import { CompileError } from './compile-error.js';
import { lineOfKey, parseJson } from './json.js';
import { checkMaterials } from './materials.js';

const WINDOW_KEYS = [
  'navigationBarBackgroundColor',
  'navigationBarTextStyle',
  'navigationBarTitleText',
  'navigationStyle',
  'backgroundColor',
  'backgroundTextStyle',
  'backgroundColorTop',
  'backgroundColorBottom',
  'enablePullDownRefresh',
  'onReachBottomDistance',
  'pageOrientation',
];
const APP_KEYS = [
  'pages',
  'window',
  'tabBar',
  'entryPagePath',
  'usingComponents',
  'style',
  'darkmode',
  'themeLocation',
  'lazyCodeLoading',
  'sitemapLocation',
  'supportedMaterials',
  'subPackages',
  'preloadRule',
  'componentFramework',
  'networkTimeout',
  'debug',
  'permission',
  '__usePrivacyCheck__',
];
const COMPONENT_KEYS = [
  'component',
  'usingComponents',
  'componentPlaceholder',
  'componentGenerics',
  'styleIsolation',
];
const PAGE_KEYS = [...WINDOW_KEYS, ...COMPONENT_KEYS, 'disableScroll'];
const PACKAGE_KEYS = ['root', 'name', 'pages'];
const TAB_BAR_KEYS = ['color', 'selectedColor', 'backgroundColor', 'borderStyle', 'list', 'position'];

/**
 * @typedef {object} AppConfig
 * @property {string[]} pages those of subpackages too, which come last
 * @property {{root: string, name?: string, pages: string[]}[]} subPackages
 * @property {Record<string, {network?: 'all' | 'wifi', packages: string[]}>} [preloadRule]
 * @property {Record<string, any>} window
 * @property {Record<string, any>} [tabBar]
 * @property {Record<string, string>} [usingComponents]
 * @property {boolean} [darkmode]
 */

/**
 * @param {import('./source-folder.js').SourceFolder} folder
 * @returns {{config: AppConfig, theme: Record<string, Record<string, string>>}} `theme` maps `light`
 *   and `dark` to the values of the `@` variables
 */
export function readAppConfig(folder) {
  const file = 'app.json';
  const text = folder.read(file);
  const config = parseJson(text, file);
  refuseUnknownKeys(config, APP_KEYS, file, text);
  refuseUnknownKeys(config.window ?? {}, WINDOW_KEYS, file, text);
  refuseUnknownKeys(config.tabBar ?? {}, TAB_BAR_KEYS, file, text);
  if (!Array.isArray(config.pages) || config.pages.length === 0) {
    throw new CompileError('"pages" must name at least one page', file, lineOfKey(text, 'pages'));
  }
  checkMaterials(config, file, text);
  const subPackages = readPackages(config, file, text);
  const theme = config.themeLocation
    ? parseJson(folder.read(config.themeLocation, file), config.themeLocation)
    : {};
  refuseUnknownVariables(config, theme, file, text);
  const pages = [...config.pages, ...subPackages.flatMap(({ root, pages: own }) => own.map((page) => `${root}/${page}`))];
  return { config: { window: {}, ...config, pages, subPackages }, theme };
}

/** @param {any} config @param {string} file @param {string} text @returns {AppConfig['subPackages']} */
function readPackages(config, file, text) {
  const packages = config.subPackages ?? [];
  for (const one of packages) {
    refuseUnknownKeys(one, PACKAGE_KEYS, file, text);
    if (typeof one.root !== 'string' || !Array.isArray(one.pages))
      throw new CompileError('a subpackage needs "root" and "pages"', file, lineOfKey(text, 'subPackages'));
  }
  const known = packages.flatMap(({ root, name }) => [root, name]);
  for (const { network = 'wifi', packages: wanted = [] } of Object.values(config.preloadRule ?? {})) {
    const missing = wanted.find((name) => !known.includes(name));
    if (missing !== undefined || !['all', 'wifi'].includes(network))
      throw new CompileError(`"preloadRule": ${missing ?? network} is not known`, file, lineOfKey(text, 'preloadRule'));
  }
  return packages;
}

/**
 * @param {Pick<AppConfig, 'subPackages'>} config
 * @param {string} path of a file
 * @returns {string} root of the subpackage that it is in; '' for the main package
 */
export function packageOf({ subPackages }, path) {
  return subPackages.find(({ root }) => path.startsWith(`${root}/`))?.root ?? '';
}

/**
 * @param {import('./source-folder.js').SourceFolder} folder
 * @param {string} path of the page or component, without suffix
 * @param {{page: boolean, theme: Record<string, Record<string, string>>, wantedBy: string}} kind
 * @returns {Record<string, any>}
 */
export function readComponentConfig(folder, path, kind) {
  const file = `${path}.json`;
  if (!folder.has(file)) {
    if (kind.page) return {};
    throw new CompileError(`component ${path} has no ${file}`, kind.wantedBy);
  }
  const text = folder.read(file);
  const config = parseJson(text, file);
  refuseUnknownKeys(config, kind.page ? PAGE_KEYS : COMPONENT_KEYS, file, text);
  refuseUnknownVariables(config, kind.theme, file, text);
  if (!kind.page && config.component !== true) throw new CompileError('"component" must be true', file);
  return config;
}

/** @param {object} config @param {string[]} known @param {string} file @param {string} text @returns {void} */
function refuseUnknownKeys(config, known, file, text) {
  for (const [key, value] of Object.entries(config)) {
    if (!known.includes(key)) {
      throw new CompileError(`the simulator does not know the key "${key}"`, file, lineOfKey(text, key));
    }
    if (key === 'enablePullDownRefresh' && value === true) {
      throw new CompileError('the simulator has no pull-down refresh', file, lineOfKey(text, key));
    }
  }
}

/** @param {any} config @param {Record<string, object>} theme @param {string} file @param {string} text @returns {void} */
function refuseUnknownVariables(config, theme, file, text) {
  for (const value of strings(config)) {
    if (!value.startsWith('@')) continue;
    for (const scheme of ['light', 'dark']) {
      if (!(value.slice(1) in (theme[scheme] ?? {}))) {
        const line = text.slice(0, text.indexOf(`"${value}"`)).split('\n').length;
        throw new CompileError(`${value} is not in the theme's "${scheme}"`, file, line);
      }
    }
  }
}

/** @param {any} value @returns {string[]} */
function strings(value) {
  if (typeof value === 'string') return [value];
  return value && typeof value === 'object' ? Object.values(value).flatMap(strings) : [];
}

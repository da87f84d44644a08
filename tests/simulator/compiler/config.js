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
const TAB_BAR_KEYS = ['color', 'selectedColor', 'backgroundColor', 'borderStyle', 'list', 'position'];

/**
 * @typedef {object} AppConfig
 * @property {string[]} pages
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
  const theme = config.themeLocation
    ? parseJson(folder.read(config.themeLocation, file), config.themeLocation)
    : {};
  refuseUnknownVariables(config, theme, file, text);
  return { config: { window: {}, ...config, pages: config.pages }, theme };
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

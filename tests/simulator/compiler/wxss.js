import postcss from 'postcss';
import selectorParser from 'postcss-selector-parser';
import { hostTag } from '../runtime/host-tag.js';
import { responsiveUnits } from '../runtime/responsive-units.js';
import { SCOPE_MARK } from '../runtime/style-scope.js';
import { CompileError } from './compile-error.js';
import { resolvePath } from './source-folder.js';

/** Keeps postcss from turning the path into an absolute one. */
const FILE = 'wxss://';

/**
 * @typedef {'app' | 'page' | 'component'} SheetKind
 */

/**
 * @param {import('./source-folder.js').SourceFolder} folder
 * @param {string} file path of the `.wxss`
 * @param {{kind: SheetKind, path: string}} owner
 * @returns {string} CSS for browsers
 */
export function compileStyles(folder, file, owner) {
  const sheet = inlineImports(folder, file, []);
  sheet.walkDecls((declaration) => {
    declaration.value = responsiveUnits(declaration.value);
    refuseLocalPictures(declaration);
  });
  sheet.walkRules((rule) => {
    if (rule.parent?.type === 'atrule' && rule.parent.name.endsWith('keyframes')) return;
    rule.selector = rewriteSelector(rule, owner);
  });
  return sheet.toString();
}

/** @returns {import('postcss').Root} */
function inlineImports(folder, file, chain) {
  if (chain.includes(file))
    throw new CompileError(`@import goes round: ${[...chain, file].join(' -> ')}`, chain.at(-1));
  const sheet = parse(folder.read(file, chain.at(-1)), file);
  sheet.walkAtRules('import', (rule) => {
    const target = /^(?:url\()?\s*["']([^"']+)["']/.exec(rule.params)?.[1];
    if (!target) throw styleError('@import needs a quoted path', rule);
    const path = resolvePath(target, file);
    if (!folder.has(path)) throw styleError(`@import finds no ${path}`, rule);
    rule.replaceWith(inlineImports(folder, path, [...chain, file]).nodes);
  });
  return sheet;
}

/** @returns {import('postcss').Root} */
function parse(text, file) {
  try {
    return postcss.parse(text, { from: FILE + file });
  } catch (error) {
    throw new CompileError(error.reason ?? error.message, file, error.line, error.column);
  }
}

/** @param {import('postcss').Rule} rule @param {{kind: SheetKind, path: string}} owner @returns {string} */
function rewriteSelector(rule, owner) {
  const root = selectorParser((selectors) => {
    selectors.walkUniversals((node) => {
      throw styleError(`a phone has no selector "${node.toString().trim()}"`, rule);
    });
    selectors.walkClasses((node) => {
      if (owner.kind === 'component') node.value = SCOPE_MARK + node.value;
    });
    selectors.walkPseudos((node) => rewriteHost(node, rule, owner));
    selectors.walkTags((node) => rewriteTag(node, rule, owner));
    selectors.walkIds(() => refuseInComponent('an id', rule, owner));
    if (owner.kind === 'page') selectors.each((selector) => keepInPage(selector, owner.path));
  });
  try {
    return root.processSync(rule.selector);
  } catch (error) {
    throw error instanceof CompileError ? error : styleError(error.message, rule);
  }
}

/** Only the component itself may be meant by `:host`, so its scope is written on its element. */
function rewriteHost(node, rule, owner) {
  if (node.value !== ':host') return;
  if (owner.kind !== 'component') throw styleError(':host is for components', rule);
  node.replaceWith(selectorParser.pseudo({ value: `[wx-host="${SCOPE_MARK}"]` }));
}

/** @returns {void} */
function rewriteTag(node, rule, owner) {
  refuseInComponent(`the tag ${node.value}`, rule, owner);
  node.value = hostTag(node.value);
}

/** The platform's own rule: in a component's style sheet only classes select. */
function refuseInComponent(what, rule, owner) {
  if (owner.kind === 'component') throw styleError(`a component's style sheet must not select ${what}`, rule);
}

/** `:where` adds no weight, so that a page's rules and those of app.wxss stay equals, as on a phone. */
function keepInPage(selector, path) {
  const place = `:where([data-route="${path}"])`;
  const first = selector.first;
  if (first?.type === 'tag' && first.value === hostTag('page'))
    first.value += `:where([data-route="${path}"] > *)`;
  else selector.prepend(selectorParser.pseudo({ value: `${place} ` }));
}

/** @param {import('postcss').Declaration} declaration @returns {void} */
function refuseLocalPictures(declaration) {
  const target = /url\(\s*["']?([^"')]+)/.exec(declaration.value)?.[1];
  if (target && !/^(data:|https?:)/.test(target)) {
    throw styleError(
      `WXSS cannot show the local picture ${target}; use <image> or a data: address`,
      declaration,
    );
  }
}

/** @param {string} message @param {import('postcss').Node} node @returns {CompileError} */
function styleError(message, node) {
  const { input, start } = node.source;
  return new CompileError(message, input.file.slice(FILE.length), start.line, start.column);
}

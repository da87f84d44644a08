import { createRequire } from 'node:module';
import { responsiveUnits } from '../runtime/responsive-units.js';
import { CompileError } from './compile-error.js';
import { resolvePath } from './source-folder.js';
import { checkTags } from './wxml-rules.js';

const { TmplGroup } = createRequire(import.meta.url)('glass-easel-template-compiler');

/** Every template of a mini-program, compiled as one group because they import each other. */
export class Templates {
  /** @param {import('./source-folder.js').SourceFolder} folder */
  constructor(folder) {
    this.folder = folder;
    this.group = new TmplGroup();
    this.added = new Set();
  }

  /**
   * @param {string} path without suffix
   * @param {Set<string>} components tags that may be used
   * @param {string} [wantedBy]
   * @returns {string[]} event handlers that are named in it and in what it includes
   */
  add(path, components, wantedBy) {
    const file = `${path}.wxml`;
    const source = this.folder.read(file, wantedBy);
    const handlers = checkTags(file, source, components);
    if (!this.added.has(path)) this.#compile(path, source);
    const parts = this.group.getDirectDependencies(path).map((part) => part.replace(/\.wxml$/, ''));
    return [...handlers, ...parts.flatMap((part) => this.add(part, components, file))];
  }

  /** @returns {string} body of a function that returns the group; it uses getRegExp and getDate */
  code() {
    return `return ${this.group.getTmplGenObjectGroups()}`;
  }

  #compile(path, source) {
    const file = `${path}.wxml`;
    this.added.add(path);
    const [fault] = this.group.addTmpl(path, withResponsiveStyles(source));
    if (fault) throw new CompileError(fault.message, file, fault.startLine + 1, fault.startColumn + 1);
    for (const name of this.group.getInlineScriptModuleNames(path)) {
      this.group.setInlineScript(path, name, platformScript(this.group.getInlineScript(path, name)));
    }
    for (const script of this.group.getScriptDependencies(path)) this.#addScript(script, file);
  }

  /** References come with and without the suffix, so the script is known under both names. */
  #addScript(path, wantedBy) {
    const bare = path.replace(/\.wxs$/, '');
    if (this.added.has(`${bare}.wxs`)) return;
    this.added.add(`${bare}.wxs`);
    const source = this.folder.read(`${bare}.wxs`, wantedBy);
    for (const name of [bare, `${bare}.wxs`]) this.group.addScript(name, platformScript(source));
    for (const [, target] of source.matchAll(/require\(\s*["']([^"']+)["']\s*\)/g)) {
      this.#addScript(resolvePath(target, bare), `${bare}.wxs`);
    }
  }
}

/** In WXS `x.constructor` is the type's name. */
function platformScript(source) {
  return source.replace(/\.constructor\b(?!\s*\.\s*name)/g, '.constructor.name');
}

/** Units in literal style attributes; values that come from data are converted when they are set. */
function withResponsiveStyles(source) {
  return source.replace(/\bstyle\s*=\s*("[^"]*"|'[^']*')/g, (style) => responsiveUnits(style));
}

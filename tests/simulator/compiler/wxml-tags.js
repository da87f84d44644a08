/**
 * @typedef {object} Attribute
 * @property {string} name
 * @property {string | undefined} value undefined where only the name is written
 * @property {number} line 1-based
 *
 * @typedef {object} Tag
 * @property {string} name
 * @property {Attribute[]} attributes
 * @property {number} line 1-based
 */

const TOKEN =
  /<!--[\s\S]*?-->|<wxs\b[^>]*[^/]>[\s\S]*?<\/wxs>|\{\{[\s\S]*?\}\}|<([a-zA-Z][\w-]*)((?:"[^"]*"|'[^']*'|[^"'<>])*)>/g;
const ATTRIBUTE = /([^\s="'/]+)(?:\s*=\s*("[^"]*"|'[^']*'))?/g;

/**
 * The opening tags of a template, for checks that the template compiler does not make. What is not
 * well formed is the template compiler's to report.
 *
 * @param {string} source
 * @returns {Tag[]}
 */
export function openingTags(source) {
  const lineAt = (index) => source.slice(0, index).split('\n').length;
  const tags = [];
  for (const match of source.matchAll(TOKEN)) {
    if (match[1] === undefined) continue;
    const start = match.index + 1 + match[1].length;
    const attributes = [...match[2].matchAll(ATTRIBUTE)].map((found) => ({
      name: found[1],
      value: found[2]?.slice(1, -1),
      line: lineAt(start + found.index),
    }));
    tags.push({ name: match[1], attributes, line: lineAt(match.index) });
  }
  return tags;
}

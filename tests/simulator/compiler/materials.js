import { CompileError } from './compile-error.js';
import { lineOfKey } from './json.js';

const FIELDS = ['materialType', 'name', 'desc', 'path'];
/** Stands for the mini-program's name, which WeChat puts in its place. */
const NICKNAME = '${nickname}';
/** Letters of the name besides that, and of the description. */
const NAME_LETTERS = 6;
const DESC_LETTERS = 22;

/**
 * Refuses what WeChat refuses of `supportedMaterials`, the materials of a chat that the mini-program opens.
 *
 * @param {{supportedMaterials?: any, pages: string[]}} config
 * @param {string} file @param {string} text
 * @returns {void}
 */
export function checkMaterials({ supportedMaterials = [], pages }, file, text) {
  const refuse = (message) => {
    throw new CompileError(`supportedMaterials: ${message}`, file, lineOfKey(text, 'supportedMaterials'));
  };
  if (!Array.isArray(supportedMaterials)) refuse('must be an array');
  const types = new Set();
  for (const material of supportedMaterials) {
    const strange = Object.keys(material).find((key) => !FIELDS.includes(key));
    if (strange) refuse(`unknown field "${strange}"`);
    const missing = FIELDS.find((key) => typeof material[key] !== 'string' || material[key] === '');
    if (missing) refuse(`"${missing}" is missing`);
    const { materialType, name, desc, path } = material;
    if (!/^[\w-]+\/([\w.+-]+|\*)$/.test(materialType)) refuse(`"${materialType}" is no MIME type`);
    if (types.has(materialType)) refuse(`"${materialType}" is declared twice`);
    types.add(materialType);
    if (!name.includes(NICKNAME)) refuse(`"name" must have ${NICKNAME}`);
    if ([...name.replace(NICKNAME, '')].length > NAME_LETTERS) refuse(`"name" has more than ${NAME_LETTERS} letters`);
    if ([...desc].length > DESC_LETTERS) refuse(`"desc" has more than ${DESC_LETTERS} letters`);
    if (!pages.includes(path)) refuse(`page "${path}" is not in "pages"`);
  }
}

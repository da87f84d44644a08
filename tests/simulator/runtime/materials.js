const SCENE = 1173;

/**
 * A file of a chat.
 *
 * @typedef {{name: string, type: string, bytes: Uint8Array}} Material `type`: MIME type
 */

/**
 * How the app is entered where the user opens files of a chat with it.
 *
 * @param {import('./phone.js').Phone} phone
 * @param {Material[]} files of one type
 * @returns {Record<string, any>} the options of App.onShow
 * @throws {Error} where app.json does not declare the type: WeChat would not offer the mini-program
 */
export function entryWith(phone, files) {
  const declared = phone.app.config.supportedMaterials ?? [];
  const { path } = files.map(({ type }) => handler(declared, type)).at(0);
  const forwardMaterials = files.map(({ name, type, bytes }) => ({
    type,
    name,
    path: phone.files.addTemporary(bytes, name.includes('.') ? name.split('.').at(-1) : 'unknown'),
    size: bytes.length,
  }));
  return { path, query: {}, scene: SCENE, referrerInfo: {}, shareTicket: undefined, forwardMaterials };
}

/** The exact type counts before a wildcard. @returns {{path: string}} */
function handler(declared, type) {
  const found =
    declared.find(({ materialType }) => materialType === type) ??
    declared.find(({ materialType }) => materialType === `${type.split('/')[0]}/*`);
  if (!found) throw new Error(`app.json does not declare ${type} in supportedMaterials`);
  return found;
}

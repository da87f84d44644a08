/** @param {Uint8Array} bytes @param {string} [encoding] none gives an ArrayBuffer @returns {ArrayBuffer | string} */
export function decode(bytes, encoding) {
  if (!encoding) return bytes.slice().buffer;
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  if (encoding === 'base64') return btoa(binary);
  if (encoding === 'utf8' || encoding === 'utf-8') return decodeURIComponent(escape(binary));
  throw new Error(`simulator: no encoding "${encoding}"`);
}

/** @param {ArrayBuffer | string} data @param {string} [encoding] @returns {Uint8Array} */
export function encode(data, encoding = 'utf8') {
  if (typeof data !== 'string') return new Uint8Array(data).slice();
  const binary = encoding === 'base64' ? atob(data) : unescape(encodeURIComponent(data));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

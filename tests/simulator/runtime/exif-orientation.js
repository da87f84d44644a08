const TAG = 0x0112;

/**
 * How the camera was held, from a JPEG's Exif (JEITA CP-3451, 4.6.4 A).
 *
 * @param {Uint8Array} bytes of any picture
 * @returns {number} 1 to 8; 1 where nothing says so
 */
export function exifOrientation(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return 1;
  for (let at = 2; at + 10 < view.byteLength;) {
    const marker = view.getUint16(at);
    if (marker === 0xffda || marker >> 8 !== 0xff) return 1;
    const length = view.getUint16(at + 2);
    if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966)
      return directoryEntry(new DataView(view.buffer, view.byteOffset + at + 10, length - 8));
    at += 2 + length;
  }
  return 1;
}

/** @param {DataView} tiff the segment from its byte order on @returns {number} */
function directoryEntry(tiff) {
  const little = tiff.getUint16(0) === 0x4949;
  const start = tiff.getUint32(4, little);
  for (let entry = 0; entry < tiff.getUint16(start, little); entry += 1) {
    const at = start + 2 + entry * 12;
    if (tiff.getUint16(at, little) !== TAG) continue;
    const value = tiff.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

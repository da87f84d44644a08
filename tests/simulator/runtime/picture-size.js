/**
 * Reads a picture's size from its header, for places that cannot decode pictures.
 *
 * @param {Uint8Array} bytes
 * @returns {{type: 'jpeg' | 'png' | 'gif' | 'webp' | 'unknown', width: number, height: number}} pixels; 0 where unknown
 */
export function pictureSize(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 24) return { type: 'unknown', width: 0, height: 0 };
  if (view.getUint32(0) === 0x89504e47)
    return { type: 'png', width: view.getUint32(16), height: view.getUint32(20) };
  if (view.getUint16(0) === 0xffd8) return jpegSize(view);
  if (view.getUint32(0) === 0x47494638)
    return { type: 'gif', width: view.getUint16(6, true), height: view.getUint16(8, true) };
  if (view.getUint32(0) === 0x52494646 && view.getUint32(8) === 0x57454250)
    return { type: 'webp', width: 0, height: 0 };
  return { type: 'unknown', width: 0, height: 0 };
}

/** Walks the segments to the frame header (ITU T.81, B.2.2). */
function jpegSize(view) {
  for (let at = 2; at + 9 < view.byteLength;) {
    const marker = view.getUint16(at);
    const isFrame = marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (isFrame) return { type: 'jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += 2 + view.getUint16(at + 2);
  }
  return { type: 'jpeg', width: 0, height: 0 };
}

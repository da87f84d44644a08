/**
 * A grey JPEG of any size (ITU T.81, baseline): each block says "nothing changes" in two bits.
 *
 * @param {number} width pixels
 * @param {number} height pixels
 * @returns {Uint8Array}
 */
export function blankJpeg(width, height) {
  const oneCode = [1, ...new Array(15).fill(0), 0];
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...[0xff, 0xdb, 0, 67, 0, ...new Array(64).fill(1)],
    ...[0xff, 0xc0, 0, 11, 8, ...two(height), ...two(width), 1, 1, 0x11, 0],
    ...[0xff, 0xc4, 0, 20, 0x00, ...oneCode],
    ...[0xff, 0xc4, 0, 20, 0x10, ...oneCode],
    ...[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0],
    ...new Array(Math.ceil((blocks * 2) / 8)).fill(0),
    ...[0xff, 0xd9],
  ]);
}

/**
 * A black PNG of any size, one bit a pixel.
 *
 * @param {number} width pixels
 * @param {number} height pixels
 * @returns {Uint8Array}
 */
export function blankPng(width, height) {
  const zeros = height * (1 + Math.ceil(width / 8));
  const header = [...four(width), ...four(height), 1, 0, 0, 0, 0];
  // Adler-32 of n zeros: the low half stays 1, the high half counts to n.
  const checksum = four((zeros % 65521) * 65536 + 1);
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk('IHDR', header),
    ...chunk('IDAT', [0x78, 0x01, ...deflatedZeros(zeros), ...checksum]),
    ...chunk('IEND', []),
  ]);
}

/** One block with fixed codes (RFC 1951, 3.2.6): a zero, then "258 more of it" as often as it fits. */
function deflatedZeros(count) {
  const bits = [1, 1, 0];
  const literal = [0, 0, 1, 1, 0, 0, 0, 0];
  const longest = [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0];
  let rest = count - 1;
  bits.push(...literal);
  for (; rest >= 258; rest -= 258) bits.push(...longest);
  for (; rest > 0; rest -= 1) bits.push(...literal);
  bits.push(0, 0, 0, 0, 0, 0, 0);
  const bytes = new Array(Math.ceil(bits.length / 8)).fill(0);
  bits.forEach((bit, index) => (bytes[index >> 3] |= bit << (index & 7)));
  return bytes;
}

/** @param {string} name @param {number[]} data @returns {number[]} */
function chunk(name, data) {
  const named = [...[...name].map((letter) => letter.charCodeAt(0)), ...data];
  return [...four(data.length), ...named, ...four(crc(named))];
}

/** @param {number[]} bytes @returns {number} CRC-32 */
function crc(bytes) {
  let value = ~0;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value >>> 0;
}

/** @param {number} value @returns {number[]} big endian */
function two(value) {
  return [value >> 8, value & 255];
}

/** @param {number} value @returns {number[]} big endian */
function four(value) {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

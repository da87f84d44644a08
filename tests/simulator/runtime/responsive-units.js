/**
 * 750 rpx are the phone's width; `cqw` is a hundredth of the nearest container, which is the phone.
 *
 * @param {string} value of a CSS declaration
 * @returns {string}
 */
export function responsiveUnits(value) {
  return String(value)
    .replace(/(-?\d*\.?\d+)rpx\b/g, (_, number) => `${Number((Number(number) / 7.5).toFixed(8))}cqw`)
    .replace(/(-?\d*\.?\d+)(vw|vh)\b/g, (_, number, unit) => `${number}${unit === 'vw' ? 'cqw' : 'cqh'}`);
}

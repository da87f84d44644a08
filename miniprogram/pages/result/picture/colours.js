// @ts-check

/** Colour scale for values of 0 to 1: dark violet over red to light yellow, as in the server's heat maps. */

/** @param {number} value  linear light, 0 to 1 @returns {number} sRGB, 0 to 255 */
function encoded(value) {
  const light = Math.min(Math.max(value, 0), 1);
  return Math.round(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));
}

/**
 * Lightness is linear in the value, so the order stays readable in grey and for colour-blind users. The
 * matrices are those of OKLab: B. Ottosson, A perceptual color space for
 * image processing, 2020.
 *
 * @param {number} value  0 to 1
 * @returns {[number, number, number]} sRGB, 0 to 255
 */
function colourOf(value) {
  const lightness = 0.35 + 0.6 * value;
  const chroma = 0.17 - 0.03 * value;
  const hue = ((300 + 155 * value) * Math.PI) / 180;
  const a = chroma * Math.cos(hue);
  const b = chroma * Math.sin(hue);
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3;
  return [
    encoded(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
    encoded(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
    encoded(-0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short),
  ];
}

module.exports = { colourOf };

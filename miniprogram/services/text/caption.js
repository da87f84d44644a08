// @ts-check
const { fitLines, shortened } = require('./line-breaking');

/**
 * Draws captions on photos, for the album and for sharing.
 *
 * @typedef {WechatMiniprogram.CanvasRenderingContext.CanvasRenderingContext2D} Context
 * @typedef {{width: number, height: number}} Size  pixels
 *
 * @typedef {object} Caption
 * @property {string} name  large
 * @property {string} detail  below it, shortened to fit; may be ''
 * @property {string} percent  beside the detail; may be ''
 * @property {string} mark  small, in the corner
 */

/** Pixels on the longer side of a saved picture; phones draw no canvas above 4096. */
const LONGEST = 2000;
/** Pixels of a share card, which WeChat shows at 5:4. */
const CARD = { width: 1000, height: 800 };

/**
 * @param {Size} photo
 * @returns {Size} of the saved picture: the photo's own, at most LONGEST
 */
function savedSize({ width, height }) {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/**
 * The centre crop of a photo with the proportions of a canvas.
 *
 * @param {Size} photo
 * @param {Size} canvas
 * @returns {[number, number, number, number]} left, top, width, height in pixels of the photo
 */
function middleOf(photo, canvas) {
  const scale = Math.max(canvas.width / photo.width, canvas.height / photo.height);
  const width = canvas.width / scale;
  const height = canvas.height / scale;
  return [(photo.width - width) / 2, (photo.height - height) / 2, width, height];
}

/**
 * @param {Context} context
 * @param {string} weight
 * @returns {(text: string, size: number) => number} pixels; the context keeps the last font
 */
function measureWith(context, weight) {
  return (text, size) => {
    context.font = `${weight} ${size}px sans-serif`;
    return context.measureText(text).width;
  };
}

/**
 * Draws a photo over the whole canvas, and the caption at its foot on a dark gradient.
 *
 * @param {Context} context
 * @param {Size} canvas
 * @param {any} image  of the canvas's `createImage`, loaded
 * @param {Caption} caption
 */
function drawCaptioned(context, canvas, image, caption) {
  const [left, top, width, height] = middleOf(image, canvas);
  context.drawImage(image, left, top, width, height, 0, 0, canvas.width, canvas.height);

  const unit = Math.min(canvas.width, canvas.height) / 20;
  const room = canvas.width - 2 * unit;
  const bold = measureWith(context, '600');
  const plain = measureWith(context, '400');
  const name = fitLines(caption.name, room, 2.1 * unit, bold);
  const lineHeight = name.size * 1.25;
  const foot = canvas.height - unit;
  const detailHeight = 1.5 * unit;
  const words = name.lines.length * lineHeight + detailHeight + unit;

  const shade = context.createLinearGradient(0, canvas.height - words - 2.5 * unit, 0, canvas.height);
  shade.addColorStop(0, 'rgba(8, 16, 14, 0)');
  shade.addColorStop(0.45, 'rgba(8, 16, 14, 0.66)');
  shade.addColorStop(1, 'rgba(8, 16, 14, 0.86)');
  context.fillStyle = shade;
  context.fillRect(0, 0, canvas.width, canvas.height);

  context.textBaseline = 'alphabetic';
  context.fillStyle = '#ffffff';
  context.textAlign = 'left';
  bold('', name.size);
  name.lines.forEach((line, index) => {
    context.fillText(line, unit, foot - detailHeight - (name.lines.length - 1 - index) * lineHeight);
  });

  const markWidth = plain(caption.mark, 0.8 * unit);
  context.globalAlpha = 0.8;
  context.textAlign = 'right';
  context.fillText(caption.mark, canvas.width - unit, foot);
  context.globalAlpha = 1;
  context.textAlign = 'left';
  const small = 1.05 * unit;
  const measureSmall = (/** @type {string} */ text) => plain(text, small);
  const percent = caption.detail && caption.percent ? ` · ${caption.percent}` : caption.percent;
  const detail = shortened(caption.detail, room - markWidth - unit - measureSmall(percent), measureSmall);
  context.fillText(detail + percent, unit, foot);
}

module.exports = { drawCaptioned, measureWith, middleOf, savedSize, CARD };

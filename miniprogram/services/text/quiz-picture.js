// @ts-check
const { fitLines, shortened } = require('./line-breaking');
const { measureWith, middleOf } = require('./caption');

/**
 * Draws quizzes: a photo, and names to choose from.
 *
 * @typedef {import('./caption').Context} Context
 * @typedef {import('./caption').Size} Size
 *
 * @typedef {object} QuizTexts
 * @property {string} question
 * @property {string[]} names  2 to 5
 * @property {string} answer  upside down at the foot of a poster
 * @property {string} mark  in the corner of a poster
 *
 * @typedef {{left: number, top: number, width: number, height: number}} Box  pixels
 */

/** Pixels. */
const POSTER = { width: 1080, height: 1440 };
/** Parts of the height that the photo takes. */
const CARD_PHOTO = 0.64;
const POSTER_PHOTO = 0.56;

const INK = '#17211f';
const SOFT = '#55615e';
const PAPER = '#f7f6f3';
const ACCENT = '#0f766e';

/**
 * @param {Context} context
 * @param {Size} canvas
 * @param {any} image  loaded
 * @param {number} part  of the canvas's height that it takes
 */
function drawPhoto(context, canvas, image, part) {
  const size = { width: canvas.width, height: Math.round(canvas.height * part) };
  context.fillStyle = PAPER;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, ...middleOf(image, size), 0, 0, size.width, size.height);
}

/**
 * One name behind its letter, both in the middle of the box's height.
 *
 * @param {Context} context
 * @param {string} name
 * @param {string} letter
 * @param {Box} box
 */
function drawChoice(context, name, letter, { left, top, width, height }) {
  const radius = height * 0.32;
  const middle = top + height / 2;
  context.fillStyle = ACCENT;
  context.beginPath();
  context.arc(left + radius, middle, radius, 0, 2 * Math.PI);
  context.fill();
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  context.fillStyle = '#ffffff';
  measureWith(context, '600')('', radius);
  context.fillText(letter, left + radius, middle);
  context.textAlign = 'left';
  context.fillStyle = INK;
  const size = height * 0.46;
  const plain = measureWith(context, '500');
  const room = width - 3 * radius;
  context.fillText(shortened(name, room, (text) => plain(text, size)), left + 2.6 * radius, middle);
}

/**
 * @param {Context} context
 * @param {string[]} names
 * @param {number} columns
 * @param {Box} box  for all of them
 */
function drawChoices(context, names, columns, box) {
  const rows = Math.ceil(names.length / columns);
  const width = box.width / columns;
  const height = box.height / rows;
  names.forEach((name, index) => {
    const letter = String.fromCharCode('A'.charCodeAt(0) + index);
    const left = box.left + (index % columns) * width;
    const top = box.top + Math.floor(index / columns) * height;
    drawChoice(context, name, letter, { left, top, width, height: Math.min(height, box.height / 3) });
  });
}

/**
 * A card for a chat, which shows the question beside it.
 *
 * @param {Context} context
 * @param {Size} canvas
 * @param {any} image  of the canvas's `createImage`, loaded
 * @param {QuizTexts} quiz
 */
function drawQuizCard(context, canvas, image, { names }) {
  const { width, height } = canvas;
  const unit = width / 25;
  drawPhoto(context, canvas, image, CARD_PHOTO);
  const top = height * CARD_PHOTO + unit / 2;
  drawChoices(context, names, 2, { left: unit, top, width: width - 2 * unit, height: height - top - unit / 2 });
}

/**
 * A picture that is a whole quiz: the question below the photo, a row for each name, and the answer upside down.
 *
 * @param {Context} context
 * @param {Size} canvas
 * @param {any} image  of the canvas's `createImage`, loaded
 * @param {QuizTexts} quiz
 */
function drawQuizPoster(context, canvas, image, { question, names, answer, mark }) {
  const { width, height } = canvas;
  const unit = width / 20;
  const room = width - 2 * unit;
  drawPhoto(context, canvas, image, POSTER_PHOTO);
  const bold = measureWith(context, '600');
  const { lines, size } = fitLines(question, room, 1.2 * unit, bold);
  const line = height * POSTER_PHOTO + 1.7 * unit;
  context.textBaseline = 'alphabetic';
  context.textAlign = 'left';
  context.fillStyle = INK;
  bold('', size);
  context.fillText(lines[0] || '', unit, line);
  const foot = height - 0.9 * unit;
  const top = line + 0.5 * unit;
  drawChoices(context, names, 1, { left: unit, top, width: room, height: foot - 1.2 * unit - top });

  const plain = measureWith(context, '400');
  const small = 0.65 * unit;
  context.textBaseline = 'alphabetic';
  context.fillStyle = SOFT;
  context.textAlign = 'left';
  const markWidth = plain(mark, small);
  context.fillText(mark, unit, foot);
  const shown = shortened(answer, room - markWidth - unit, (text) => plain(text, small));
  context.save();
  context.translate(width - unit, foot - small * 0.7);
  context.rotate(Math.PI);
  context.fillText(shown, 0, 0);
  context.restore();
}

module.exports = { drawQuizCard, drawQuizPoster, POSTER };

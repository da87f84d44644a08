// @ts-check
const { CARD, drawCaptioned, savedSize } = require('../../../services/text/caption');
const { drawQuizCard, drawQuizPoster, POSTER } = require('../../../services/text/quiz-picture');
const { wxPromise } = require('../../../services/device/wx-promise');

/**
 * @typedef {import('../../../services/text/caption').Caption} Caption
 * @typedef {import('../../../services/text/caption').Size} Size
 * @typedef {import('../../../services/text/quiz-picture').QuizTexts} QuizTexts
 *
 * @typedef {(context: import('../../../services/text/caption').Context, canvas: Size, image: any) => void} Paint
 */

/** Of JPEG, 0 to 1. */
const QUALITY = 0.92;

/** Queue of each component, because it has one canvas. @type {WeakMap<object, Promise<unknown>>} */
const last = new WeakMap();

/** A hidden canvas that draws pictures with captions into files. */
Component({
  methods: {
    /**
     * The photo at its own size with a caption.
     *
     * @param {string} photo  path
     * @param {Caption} caption
     * @returns {Promise<string>} path of a temporary JPEG
     */
    forAlbum(photo, caption) {
      return this.queued(() => this.drawn(photo, savedSize, withCaption(caption)));
    },

    /**
     * The middle of the photo at 5:4 with a caption.
     *
     * @param {string} photo  path
     * @param {Caption} caption
     * @returns {Promise<string>} path of a temporary JPEG
     */
    forFriends(photo, caption) {
      return this.queued(() => this.drawn(photo, () => CARD, withCaption(caption)));
    },

    /**
     * A card at 5:4 with the names to choose from.
     *
     * @param {string} photo  path
     * @param {QuizTexts} quiz
     * @returns {Promise<string>} path of a temporary JPEG
     */
    quizForFriends(photo, quiz) {
      return this.queued(() => this.drawn(photo, () => CARD, (...canvas) => drawQuizCard(...canvas, quiz)));
    },

    /**
     * A picture that is a whole quiz, with its answer upside down.
     *
     * @param {string} photo  path
     * @param {QuizTexts} quiz
     * @returns {Promise<string>} path of a temporary JPEG
     */
    quizPoster(photo, quiz) {
      return this.queued(() => this.drawn(photo, () => POSTER, (...canvas) => drawQuizPoster(...canvas, quiz)));
    },

    /**
     * @template Result
     * @param {() => Promise<Result>} draw
     * @returns {Promise<Result>}
     */
    queued(draw) {
      const result = (last.get(this) || Promise.resolve()).then(draw, draw);
      last.set(this, result);
      return result;
    },

    /**
     * @param {string} photo
     * @param {(photo: Size) => Size} sizeFor
     * @param {Paint} paint
     * @returns {Promise<string>}
     */
    async drawn(photo, sizeFor, paint) {
      const canvas = await this.canvas();
      const image = await loaded(canvas.createImage(), photo);
      const { width, height } = sizeFor(image);
      Object.assign(canvas, { width, height });
      paint(canvas.getContext('2d'), { width, height }, image);
      const { tempFilePath } = await wxPromise(
        (options) => wx.canvasToTempFilePath(options, this),
        {
          ...{ canvas, x: 0, y: 0, width, height, destWidth: width, destHeight: height },
          fileType: /** @type {'jpg'} */ ('jpg'),
          quality: QUALITY,
        }
      );
      return tempFilePath;
    },

    /** @returns {Promise<any>} the canvas node */
    canvas() {
      return new Promise((resolve) => {
        this.createSelectorQuery()
          .select('#drawing')
          .fields({ node: true }, ({ node }) => resolve(node))
          .exec();
      });
    },
  },
});

/**
 * @param {Caption} caption
 * @returns {Paint}
 */
function withCaption(caption) {
  return (context, canvas, image) => drawCaptioned(context, canvas, image, caption);
}

/**
 * @param {any} image  of the canvas's `createImage`
 * @param {string} path
 * @returns {Promise<any>} the image when it is loaded
 */
function loaded(image, path) {
  return new Promise((resolve, reject) => {
    image.onload = () => resolve(image);
    image.onerror = reject;
    image.src = path;
  });
}

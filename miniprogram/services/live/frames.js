// @ts-check
const { platformTask } = require('../http/task');
const { wxPromise } = require('../device/wx-promise');

/**
 * Frames of the open camera, as small JPEG files. A canvas encodes them, so that the phone does it natively: in plain
 * JavaScript one frame keeps an iPhone busy for longer than it takes to recognise it. The canvas has to be one of the
 * page, because iOS writes no file of an off-screen one.
 *
 * @typedef {object} Surface
 * @property {any} node  of `<canvas type="2d">`
 * @property {any} owner  component that has it
 * @property {number} width  of what the user sees of the camera, CSS pixels
 * @property {number} height
 *
 * @typedef {object} Frames
 * @property {() => import('../http/task').Task<string>} next  path of a temporary JPEG of the next frame; '' if none comes
 * @property {() => void} close
 */

/** Pixels; models see 224 or a few more. `python -m tests.bench.upload_size` measures what is kept. */
const SHORT_SIDE = 288;
/** Of JPEG, 0 to 1. */
const QUALITY = 0.6;
/** Milliseconds; a phone has some thirty frames a second, or none at all. */
const PATIENCE = 5000;

/**
 * Begins to listen; the `<camera>` needs a `frame-size`.
 *
 * @param {() => Promise<Surface>} surface
 * @returns {Frames}
 */
function openFrames(surface) {
  /** @type {((frame: WechatMiniprogram.OnCameraFrameCallbackResult) => void) | null} */
  let take = null;
  const listener = wx.createCameraContext().onCameraFrame((frame) => {
    const taken = take;
    take = null;
    if (taken) taken(frame);
  });
  // If it fails, no frame comes.
  listener.start({ fail: () => {} });
  return {
    next: () =>
      platformTask((resolve) => {
        const late = setTimeout(() => resolve(''), PATIENCE);
        void surface().then((found) => {
          take = (frame) => {
            clearTimeout(late);
            // A frame that is not as large as it says throws.
            void new Promise((done) => done(written(frame, found))).then(resolve, () => resolve(''));
          };
        });
        return { abort: () => clearTimeout(late) };
      }),
    close: () => listener.stop({ fail: () => {} }),
  };
}

/**
 * @param {WechatMiniprogram.OnCameraFrameCallbackResult} frame
 * @param {Surface} surface
 * @returns {Promise<string>} path of a temporary JPEG of what the user sees, with at most SHORT_SIDE
 */
function written(frame, { node: canvas, owner, ...seen }) {
  // The camera fills its component and is cut off at two sides.
  const aspect = seen.width / seen.height || frame.width / frame.height;
  const width = Math.round(Math.min(frame.width, frame.height * aspect));
  const height = Math.round(Math.min(frame.height, frame.width / aspect));
  const scale = Math.min(1, SHORT_SIDE / Math.min(width, height));
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  const image = context.createImageData(frame.width, frame.height);
  image.data.set(new Uint8ClampedArray(frame.data));
  context.putImageData(image, Math.round((width - frame.width) / 2), Math.round((height - frame.height) / 2));
  return wxPromise((/** @type {any} */ options) => wx.canvasToTempFilePath(options, owner), {
    ...{ canvas, x: 0, y: 0, width, height },
    ...{ destWidth: Math.round(width * scale), destHeight: Math.round(height * scale) },
    fileType: /** @type {'jpg'} */ ('jpg'),
    quality: QUALITY,
  }).then(({ tempFilePath }) => tempFilePath);
}

module.exports = { openFrames };

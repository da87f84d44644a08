// @ts-check

/**
 * The rectangle of a picture in mode `aspectFit`.
 *
 * @typedef {{width: number, height: number}} Size
 *
 * @param {Size} frame  CSS pixels
 * @param {Size} picture  in any unit
 * @returns {{left: number, top: number, width: number, height: number}} CSS pixels inside the frame
 */
function fitted(frame, picture) {
  const scale = Math.min(frame.width / picture.width, frame.height / picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { left: (frame.width - width) / 2, top: (frame.height - height) / 2, width, height };
}

module.exports = { fitted };

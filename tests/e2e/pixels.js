// Runs inside the browser.

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {number[][]} red, green, blue, alpha of dots all over it
 */
export function readColours(canvas) {
  const { width, height } = canvas;
  const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(0, 0, width, height);
  const colours = [];
  for (let at = 0; at < data.length; at += 4 * 37) colours.push([...data.subarray(at, at + 4)]);
  return colours;
}

/**
 * How far two pictures of one size differ, 0 to 255, in the upper half and in the lowest tenth.
 *
 * @param {string[]} pictures  base64
 * @returns {Promise<{above: number, foot: number}>}
 */
export async function photoDifference(pictures) {
  const [one, other] = await Promise.all(
    pictures.map(async (base64) => {
      const picture = await createImageBitmap(await (await fetch(`data:image/jpeg;base64,${base64}`)).blob());
      const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
      context.drawImage(picture, 0, 0);
      return context.getImageData(0, 0, picture.width, picture.height).data;
    }),
  );
  const between = (/** @type {number} */ from, /** @type {number} */ to) => {
    const [start, end] = [from, to].map((part) => Math.floor(one.length * part));
    let sum = 0;
    for (let at = start; at < end; at += 1) sum += Math.abs(one[at] - other[at]);
    return sum / (end - start);
  };
  return { above: between(0, 0.5), foot: between(0.9, 1) };
}

import { execFileSync } from 'node:child_process';
import { beforeAll, expect, it } from 'vitest';
import { PYTHON } from '../../e2e/recogniser.js';
import { load, ROOT } from '../sources.js';

const { boxesOf, resized } = load('offline/services/fit.js');

/** @type {[number, number, number, number, string][]} width and height of a picture, height and width of the input, way */
const CASES = [
  [500, 333, 224, 224, 'crop'],
  [97, 640, 60, 40, 'crop'],
  [30, 41, 64, 64, 'crop'],
  [500, 333, 64, 48, 'squash'],
  [200, 300, 64, 64, 'both'],
];

/** The server's own fit, of all pictures one after the other as RGB. */
const SERVER = `
import json, sys
from PIL import Image
from paishi.photo.fit import fit
for width, height, rows, columns, way in json.loads(sys.argv[1]):
    picture = Image.frombytes("RGB", (width, height), sys.stdin.buffer.read(3 * width * height))
    sys.stdout.buffer.write(fit(picture, (rows, columns), way).tobytes())
`;

/** @param {number} width @param {number} height @returns {Buffer} RGB, of noise on a slope */
function picture(width, height) {
  let seed = 1;
  return Buffer.from(
    Array.from({ length: 3 * width * height }, (_, at) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return (seed % 128) + ((at / 3) % width) * (127 / width);
    }),
  );
}

/** @type {Buffer} */
let answer;
beforeAll(() => {
  answer = execFileSync(PYTHON, ['-c', SERVER, JSON.stringify(CASES)], {
    ...{ cwd: `${ROOT}/..`, maxBuffer: 1e8 },
    input: Buffer.concat(CASES.map(([width, height]) => picture(width, height))),
    env: { ...process.env, PYTHONPATH: 'server' },
  });
});

/** @param {typeof CASES[number]} given @returns {number} bytes of its views */
const lengthOf = ([, , rows, columns, way]) => 3 * rows * columns * (way === 'both' ? 2 : 1);

it.each(CASES.map((given, number) => /** @type {const} */ ([number, ...given])))(
  'picture %i of %i x %i pixels gives the views of the server: %i x %i, %s',
  (number, width, height, rows, columns, way) => {
    const start = CASES.slice(0, number).reduce((sum, given) => sum + lengthOf(given), 0);
    const wanted = answer.subarray(start, start + lengthOf(CASES[number]));
    const data = new Uint8ClampedArray(4 * width * height).fill(255);
    picture(width, height).forEach((value, at) => (data[4 * Math.floor(at / 3) + (at % 3)] = value));
    const input = { width: columns, height: rows };
    const views = boxesOf({ width, height }, input, way).map((box) => resized({ data, width, height }, box, input));
    const plane = rows * columns;
    expect(views.length * 3 * plane).toBe(wanted.length);
    let off = 0;
    views.forEach((view, index) =>
      view.forEach((value, at) => {
        const difference = Math.abs(value - wanted[3 * (index * plane + (at % plane)) + Math.floor(at / plane)]);
        // Pillow sometimes begins with the columns, and both round in between.
        if (difference > 1) expect(difference, `view ${index}, value ${at}`).toBeLessThanOrEqual(1);
        off += difference;
      }),
    );
    expect(off / wanted.length).toBeLessThan(0.25);
  },
);

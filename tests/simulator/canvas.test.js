import { inflateSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { launch } from './jsdom.js';
import { blankJpeg, blankPng } from './runtime/canvas/blank-picture.js';
import { variant } from './variant.js';

/** @type {import('./jsdom.js').Launched} */
let phone;
afterEach(() => phone?.close());
const wx = (name, ...args) => phone.simulator.call(name, ...args);
const plain = (value) => JSON.parse(JSON.stringify(value));

const PAINTER = variant({
  'pages/home/home.wxml': '<canvas type="2d" id="card" class="card" /><painter id="part" />',
  'pages/home/home.json': '{ "usingComponents": { "painter": "/components/painter/painter" } }',
  'pages/home/home.js': 'Page({})',
  'components/painter/painter.wxml': '<canvas type="2d" class="inside" />',
  'components/painter/painter.json': '{ "component": true }',
  'components/painter/painter.js': 'Component({})',
});

/** @returns {Promise<any>} */
const nodeOf = (query, selector) =>
  new Promise((resolve) => query.select(selector).fields({ node: true, size: true }).exec(resolve));

async function painted() {
  phone = await launch({ root: PAINTER });
  const [{ node }] = await nodeOf(wx('createSelectorQuery'), '#card');
  return node;
}

test('a selector query gives the canvas, of a page and of a component', async () => {
  const node = await painted();
  Object.assign(node, { width: 600, height: 400 });
  expect([node.width, node.height]).toEqual([600, 400]);
  const byNode = await new Promise((resolve) =>
    wx('createSelectorQuery').select('#card').node(resolve).exec(),
  );
  expect(byNode.node).toBe(node);
  const part = phone.page.selectComponent('#part');
  const [inside] = await nodeOf(part.createSelectorQuery(), '.inside');
  expect(inside.node.getContext('2d').canvas).toBe(inside.node);
  expect(inside.node).not.toBe(node);
  expect(await nodeOf(wx('createSelectorQuery'), '#none')).toEqual([null]);
  expect(phone.errors).toEqual([]);
});

test('where nothing draws, what is drawn is written down', async () => {
  const node = await painted();
  const context = node.getContext('2d');
  context.save();
  context.fillStyle = '#fff';
  context.font = '20px sans-serif';
  context.fillRect(0, 0, 8, 8);
  expect(context.measureText('猫a').width).toBe(30);
  context.restore();
  expect(context.fillStyle).toBe('#000000');
  const picture = node.createImage();
  const loaded = new Promise((resolve) => (picture.onload = resolve));
  picture.src = '/images/dot.png';
  await loaded;
  expect([picture.width, picture.height]).toEqual([8, 8]);
  context.drawImage(picture, 0, 0);
  expect(plain(node.calls.slice(0, 4))).toEqual([
    ['save'],
    ['fillStyle =', '#fff'],
    ['font =', '20px sans-serif'],
    ['fillRect', 0, 0, 8, 8],
  ]);
  expect(node.calls.at(-1).slice(0, 2)).toEqual(['drawImage', picture]);
  const missing = node.createImage();
  const failed = new Promise((resolve) => (missing.onerror = resolve));
  missing.src = 'wxfile://tmp_none.png';
  expect(await failed).toMatchObject({ errMsg: 'file not found' });
});

test('image data is made where nothing can draw, transparent, and put', async () => {
  const node = await painted();
  const context = node.getContext('2d');
  const image = context.createImageData(3, 2);
  expect([image.width, image.height, image.data.length]).toEqual([3, 2, 24]);
  expect([...image.data].every((part) => part === 0)).toBe(true);
  context.putImageData(image, 0, 0);
  expect(node.calls.at(-1)).toEqual(['putImageData', image, 0, 0]);
});

test('what a phone lacks is refused', async () => {
  const node = await painted();
  const context = node.getContext('2d');
  expect(() => context.roundRect).toThrow('roundRect is not implemented');
  expect(() => (context.filter = 'blur(2px)')).toThrow('filter is not implemented');
  expect(() => context.getImageData(0, 0, 1, 1)).toThrow('needs a browser');
  expect(() => context.drawImage({}, 0, 0)).toThrow('drawImage wants a picture');
  expect(() => node.toBlob).toThrow('Canvas.toBlob is not implemented');
  expect(() => node.getContext('webgl')).toThrow('not implemented');
  expect(() => (node.width = 5000)).toThrow('4096');
  expect(() => wx('createOffscreenCanvas', { width: 1, height: 1 })).toThrow('webgl');
  expect(() =>
    wx('createSelectorQuery')
      .select('#card')
      .fields({ computedStyle: ['color'] }),
  ).toThrow('computedStyle');
  const old = await launch({
    root: variant({ 'pages/home/home.wxml': '<canvas id="old" />' }),
  });
  expect(old.errors.join()).toContain('type="2d"');
  await old.close();
});

test('a canvas becomes a file of the size that was asked for', async () => {
  const node = await painted();
  const { tempFilePath } = await wx('canvasToTempFilePath', {
    canvas: node,
    destWidth: 90,
    destHeight: 120,
    fileType: 'jpg',
  });
  expect(await wx('getImageInfo', { src: tempFilePath })).toMatchObject({
    width: 90,
    height: 120,
    type: 'jpeg',
  });
  const canvas = wx('createOffscreenCanvas', {
    type: '2d',
    width: 33,
    height: 7,
  });
  const png = await wx('canvasToTempFilePath', { canvas });
  expect(await wx('getImageInfo', { src: png.tempFilePath })).toMatchObject({
    width: 33,
    height: 7,
    type: 'png',
  });
  await expect(wx('canvasToTempFilePath', {})).rejects.toMatchObject({
    errMsg: 'canvasToTempFilePath:fail fail canvas is empty',
  });
  canvas.width = 0;
  await expect(wx('canvasToTempFilePath', { canvas })).rejects.toMatchObject({
    errMsg: 'canvasToTempFilePath:fail create bitmap failed',
  });
});

test('blank pictures are whole', () => {
  const png = Buffer.from(blankPng(33, 700));
  const start = png.indexOf('IDAT') + 4;
  const pixels = inflateSync(png.subarray(start, start + png.readUInt32BE(start - 8)));
  expect(pixels).toHaveLength(700 * 6);
  expect([...blankJpeg(9, 9).slice(-3)]).toEqual([0, 0xff, 0xd9]);
});

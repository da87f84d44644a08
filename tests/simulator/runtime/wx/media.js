import { bytesOf, suffixOf } from '../files.js';
import { Refusal } from './api.js';

/** Exif's numbers 1 to 8 in the platform's words. */
const ORIENTATIONS = [
  'up',
  'up-mirrored',
  'down',
  'down-mirrored',
  'left-mirrored',
  'right',
  'right-mirrored',
  'left',
];

/** Files that a user may choose at once. */
const MOST_FILES = 20;

/** @param {import('../phone.js').Phone} phone @param {Function} api @returns {Record<string, any>} */
export function mediaMembers(phone, api) {
  return {
    chooseMedia: api('chooseMedia', async (options) => {
      await phone.privacy.need('chooseMedia');
      return choose(phone, options);
    }),
    getImageInfo: api('getImageInfo', async ({ src }) => {
      const { width, height, type, orientation } = await refusing(phone.pictures.stored(src));
      const path = /^https?:/.test(src)
        ? phone.files.addTemporary(await phone.pictures.bytes(src), type)
        : src;
      const known = ['jpeg', 'png', 'gif'].includes(type) ? type : 'unknown';
      return { width, height, type: known, path, orientation: ORIENTATIONS[orientation - 1] };
    }),
    compressImage: api('compressImage', async (options) => ({
      tempFilePath: await compress(phone, options),
    })),
    previewImage: api('previewImage', ({ urls, current }) => {
      if (!Array.isArray(urls) || !urls.length)
        throw new Refusal('parameter error: parameter.urls should be Array');
      const index = typeof current === 'number' ? current : Math.max(0, urls.indexOf(current));
      phone.dialogs.preview({ urls, current: index });
    }),
    saveImageToPhotosAlbum: api('saveImageToPhotosAlbum', async ({ filePath }) => {
      await phone.privacy.need('saveImageToPhotosAlbum');
      await phone.scopes.need('scope.writePhotosAlbum');
      const { type } = await picture(phone, filePath);
      if (/^https?:/.test(filePath)) throw new Refusal('invalid file');
      save(phone, await phone.pictures.bytes(filePath), type);
    }),
  };
}

/** @returns {Promise<{width: number, height: number, type: string}>} */
function picture(phone, source) {
  return refusing(phone.pictures.measure(source));
}

/** @template T @param {Promise<T>} work @returns {Promise<T>} */
function refusing(work) {
  return work.catch((error) => {
    throw new Refusal(error.message);
  });
}

/** @param {import('../phone.js').Phone} phone @param {any} options @returns {Promise<any>} */
async function choose(
  phone,
  {
    count = 9,
    mediaType = ['image', 'video'],
    sourceType = ['album', 'camera'],
    sizeType = ['original', 'compressed'],
  },
) {
  refuseChoice(count, mediaType);
  const chosen = phone.album.splice(0, count);
  const files = chosen.length ? chosen : await askForFiles(phone, count, sourceType);
  if (!files.length) throw new Refusal('cancel');
  const tempFiles = [];
  for (const file of files.slice(0, count)) tempFiles.push(await temporary(phone, file, sizeType));
  return { tempFiles, type: 'image' };
}

/** @param {number} count @param {string[]} mediaType @returns {void} */
function refuseChoice(count, mediaType) {
  if (!mediaType.every((type) => ['image', 'video', 'mix'].includes(type)))
    throw new Refusal('parameter error: mediaType');
  // As of base library 2.25.0; it was 9 before.
  if (!(Number.isInteger(count) && count >= 1 && count <= MOST_FILES))
    throw new Refusal(`parameter error: count ${count}`);
  if (!mediaType.includes('image')) throw new Refusal('the simulator chooses pictures only');
}

/** @returns {Promise<any>} one item of tempFiles */
async function temporary(phone, file, sizeType) {
  const suffix = file.name?.includes('.') ? file.name.split('.').at(-1).toLowerCase() : suffixOf(file.type);
  let path = phone.files.addTemporary(await bytesOf(file), suffix);
  // As a phone does where the app takes compressed pictures only; what cannot be decoded stays as it is.
  if (!sizeType.includes('original') && phone.pictures.decodes)
    path = await compress(phone, { src: path, quality: 80 }).catch(() => path);
  return { tempFilePath: path, size: phone.files.read(path).length, fileType: 'image' };
}

/** @returns {Promise<File[]>} none where the user cancels */
function askForFiles(phone, count, sourceType) {
  const input = phone.document.createElement('input');
  Object.assign(input, { type: 'file', accept: 'image/*', multiple: count > 1, hidden: true });
  input.setAttribute('aria-label', '选择照片');
  if (sourceType.length === 1 && sourceType[0] === 'camera') input.setAttribute('capture', 'environment');
  return new Promise((resolve) => {
    const finish = (files) => {
      input.remove();
      resolve(files);
    };
    input.addEventListener('change', () => finish([...input.files]));
    input.addEventListener('cancel', () => finish([]));
    phone.root.append(input);
    input.click();
  });
}

/** @returns {Promise<string>} path of a JPEG; where nothing can be decoded (jsdom), of a copy */
async function compress(phone, { src, quality = 80, compressedWidth, compressedHeight }) {
  if (!(quality >= 0 && quality <= 100)) throw new Refusal(`parameter error: quality ${quality}`);
  const { width, height, type } = await picture(phone, src);
  const bytes = await phone.pictures.bytes(src);
  if (!phone.pictures.decodes) return phone.files.addTemporary(bytes, type === 'png' ? 'png' : 'jpg');
  const scale = compressedWidth ? compressedWidth / width : compressedHeight ? compressedHeight / height : 1;
  const size = {
    width: compressedWidth ?? Math.round(width * scale),
    height: compressedHeight ?? Math.round(height * scale),
  };
  const canvas = Object.assign(phone.document.createElement('canvas'), size);
  canvas
    .getContext('2d')
    .drawImage(await createImageBitmap(new Blob([bytes])), 0, 0, size.width, size.height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality / 100));
  return phone.files.addBlob(blob, 'jpg');
}

/** The browser's album is the download folder. */
function save(phone, bytes, type) {
  const suffix = type === 'jpeg' ? 'jpg' : type;
  const name = `paishi-${new Date().toISOString().replace(/\D/g, '').slice(0, 17)}.${suffix}`;
  phone.saved.push({ name, bytes });
  if (!phone.pictures.decodes) return;
  const address = URL.createObjectURL(new Blob([bytes], { type: `image/${type}` }));
  Object.assign(phone.document.createElement('a'), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

// @ts-check
const { authorised } = require('../../services/api/authorised');
const { downloadPart } = require('./download-part');
const { fileSize } = require('../../services/device/file-size');
const { isNoRoom } = require('../../services/history/photo-files');
const { offlineFolder } = require('../../services/offline/state');
const { problem } = require('./problem');
const { wxPromise } = require('../../services/device/wx-promise');

/**
 * @typedef {import('../../contract').OnDeviceFile} OnDeviceFile
 * @typedef {import('./download-part').Part} Part
 */

/** Bytes of one request: below the 1000 KB that a response through 微信云托管 may have. */
const PART = 768 * 1024;

/** @returns {WechatMiniprogram.FileSystemManager} */
function files() {
  return wx.getFileSystemManager();
}

/**
 * Fetches what is missing of a file, part by part, and checks it. What is here stays if that fails, and the next call
 * goes on from there.
 *
 * @param {import('../../services/http/task').Run} run
 * @param {OnDeviceFile} file
 * @param {string} name  in the folder
 * @param {(received: number) => void} onReceived  bytes of the file that are here
 * @returns {Promise<void>}
 * @throws {import('../../services/http/failure').Failure | import('./problem').Problem}
 */
async function fetchFile(run, file, name, onReceived) {
  const path = offlineFolder.path(name);
  let received = await fileSize(path);
  if (received > file.bytes) {
    await offlineFolder.drop(name);
    received = 0;
  }
  onReceived(received);
  while (received < file.bytes) {
    const data = await missingBytes(run, file, received);
    await append(path, data, received);
    received += data.byteLength;
    onReceived(received);
  }
  if (await isIntact(path, file)) return;
  await offlineFolder.drop(name);
  throw problem('damaged');
}

/**
 * @param {import('../../services/http/task').Run} run
 * @param {OnDeviceFile} file
 * @param {number} from  bytes that are here
 * @returns {Promise<ArrayBuffer>} some that follow, at least one
 */
async function missingBytes(run, file, from) {
  const range = `bytes=${from}-${Math.min(from + PART, file.bytes) - 1}`;
  /** @type {Part} */
  const { data, etag, whole } = await run(() =>
    authorised((server, header) => downloadPart(server + file.path, { ...header, Range: range }))
  );
  // A proxy may have taken it away; then the hash of the whole file decides.
  if (etag && !etag.includes(file.sha256)) throw problem('changed');
  const bytes = whole ? data.slice(from) : data;
  if (bytes.byteLength === 0 || from + bytes.byteLength > file.bytes) throw problem('damaged');
  return bytes;
}

/**
 * @param {string} filePath
 * @param {ArrayBuffer} data
 * @param {number} before  bytes that are here
 * @returns {Promise<void>}
 */
async function append(filePath, data, before) {
  try {
    if (before > 0) await wxPromise((options) => files().appendFile(options), { filePath, data });
    else await begin(filePath, data);
  } catch (error) {
    if (!isNoRoom(error)) console.warn(error);
    throw problem('no-room');
  }
}

/**
 * @param {string} filePath
 * @param {ArrayBuffer} data
 * @returns {Promise<unknown>}
 */
async function begin(filePath, data) {
  const dirPath = filePath.slice(0, filePath.lastIndexOf('/'));
  await wxPromise((options) => files().mkdir(options), { dirPath, recursive: true }).catch(() => {});
  return wxPromise((options) => files().writeFile(options), { filePath, data });
}

/**
 * @param {string} filePath
 * @param {OnDeviceFile} file
 * @returns {Promise<boolean>}
 */
async function isIntact(filePath, { bytes, sha256 }) {
  if ((await fileSize(filePath)) !== bytes) return false;
  const digestAlgorithm = /** @type {const} */ ('sha256');
  const info = wxPromise((options) => files().getFileInfo(options), { filePath, digestAlgorithm });
  const digest = await info.then(
    (answer) => answer.digest,
    () => ''
  );
  // Older clients compute no SHA-256; a model of the right size that runs is right.
  return !digest || digest.length !== sha256.length || digest.toLowerCase() === sha256;
}

module.exports = { fetchFile, PART };

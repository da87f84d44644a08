// @ts-check
const { failure } = require('./failure');
const { fileSize } = require('../device/file-size');
const { parseCloud } = require('../server/url');
const { platformTask, sequence } = require('./task');
const { settle } = require('./response');
const { transportFailure } = require('./transport-failure');
const { wxPromise } = require('../device/wx-promise');

/**
 * The transport of wx.cloud.callContainer, to a service of 微信云托管. It needs no domain and no login, since WeChat passes
 * each request on with the user's identity. It reports no progress and cannot abort.
 */

/** Bytes; a request may have 100 KB, of which the headers take some. */
const LARGEST_PHOTO = 95 * 1000;
/** Milliseconds; WeChat ignores a longer one. */
const LONGEST = 15000;
/** Downloads that may be under way at once, as with wx.downloadFile. */
const DOWNLOADS = 10;

/** `errCode` of what the operator has to mend: environment, service or permission. */
const NOT_THERE = new Set([-501000, -601002, 40097]);
const TIMED_OUT = 102002;

let begun = false;
let downloads = 0;

/**
 * @param {{errMsg: string, errCode?: number}} error
 * @returns {Promise<import('./failure').Failure>}
 */
async function cloudFailure({ errMsg, errCode }) {
  const [, written] = /errCode: *(-?\d+)/.exec(errMsg) || [];
  const code = errCode || Number(written);
  if (NOT_THERE.has(code)) return failure('cloud-not-found');
  return transportFailure({ errMsg: code === TIMED_OUT ? 'timeout' : errMsg });
}

/** @type {(response: any, resolve: (result: any) => void, reject: (reason: unknown) => void) => void} */
function settleBody(response, resolve, reject) {
  settle(response, response.data, resolve, reject);
}

/**
 * @param {string} url
 * @param {object} options
 * @param {string} options.method
 * @param {Record<string, string>} [options.header]
 * @param {object} [options.data]  an ArrayBuffer is the body, other data is sent as JSON
 * @param {number} [options.timeout]  milliseconds
 * @param {'text' | 'arraybuffer'} [options.responseType]
 * @param {(response: any, resolve: (result: any) => void, reject: (reason: unknown) => void) => void} [end]
 * @returns {import('./task').Task<any>} the body of a 200, unless `end` resolves to something else
 */
function call(url, { header, timeout = LONGEST, ...options }, end = settleBody) {
  return platformTask((resolve, reject) => {
    // The answer to a request that was cancelled is ignored.
    const task = { abort() {} };
    const target = parseCloud(url);
    if (!target || !wx.cloud || !wx.cloud.callContainer) {
      reject(failure('wechat-outdated'));
      return task;
    }
    const { env, service, path } = target;
    if (!begun) wx.cloud.init({ env });
    begun = true;
    wx.cloud.callContainer({
      ...options,
      config: { env },
      path,
      header: { ...header, 'X-WX-SERVICE': service },
      timeout: Math.min(timeout, LONGEST),
      success: (response) => end(response, resolve, reject),
      fail: (error) => void cloudFailure(error).then(reject),
    });
    return task;
  });
}

/**
 * @param {string} url
 * @param {Record<string, string>} fields
 * @returns {string} `url` with the fields in its query
 */
function withQuery(url, fields) {
  const query = Object.entries(fields).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return query.length > 0 ? `${url}${url.includes('?') ? '&' : '?'}${query.join('&')}` : url;
}

/**
 * @param {string} filePath
 * @returns {Promise<ArrayBuffer>}
 */
async function read(filePath) {
  const size = await fileSize(filePath);
  if (size === 0) throw failure('photo-gone');
  if (size > LARGEST_PHOTO) throw failure('image-too-large');
  const { data } = await wxPromise((options) => wx.getFileSystemManager().readFile(options), { filePath });
  return /** @type {ArrayBuffer} */ (data);
}

/** @type {import('./client').Transport} */
const cloud = {
  largestPhoto: LARGEST_PHOTO,

  request: ({ url, ...options }) => call(url, options),

  upload: ({ url, filePath, header, formData, onProgress }) =>
    sequence(async (run) => {
      const data = await read(filePath);
      onProgress(100);
      const method = 'POST';
      const typed = { ...header, 'Content-Type': 'image/jpeg' };
      return run(() => call(withQuery(url, formData), { method, header: typed, data }));
    }),

  download: (url, header) =>
    sequence(async (run) => {
      const data = await run(() => call(url, { method: 'GET', header, responseType: 'arraybuffer' }));
      downloads += 1;
      const filePath = `${wx.env.USER_DATA_PATH}/download-${downloads % DOWNLOADS}.jpg`;
      await wxPromise((options) => wx.getFileSystemManager().writeFile(options), { filePath, data });
      return filePath;
    }),
};

module.exports = { cloud, call };

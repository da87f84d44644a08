import { suffixOf, typeOf } from '../files.js';
import { fileOperations } from './file-operations.js';
import { answer, Refusal, settle, strict } from './api.js';

const DEFAULT_TIMEOUT_MS = 60_000;
const AT_ONCE = 10;
/** The platform's list has no PATCH. */
const METHODS = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT'];

/** @param {import('../phone.js').Phone} phone @returns {Record<string, any>} none of them has a promise form */
export function networkMembers(phone) {
  return {
    uploadFile: (options) => task(phone, 'uploadFile', options, upload),
    downloadFile: (options) => task(phone, 'downloadFile', options, download),
    request: (options) => task(phone, 'request', options, request),
  };
}

/**
 * @param {import('../phone.js').Phone} phone
 * @param {'uploadFile' | 'downloadFile' | 'request'} name
 * @param {any} options
 * @param {(work: any) => Promise<any>} run
 * @returns {Record<string, Function>} the platform's task
 */
function task(phone, name, options, run) {
  refuseContentType(name, options.header);
  refuseMethod(options.method);
  const heard = { progress: new Set(), headers: new Set() };
  let sending;
  let aborted = false;
  const tell = (kind, detail) => {
    for (const listener of [...heard[kind]]) phone.call(listener, undefined, detail);
  };
  const send = (exchange) => {
    if (aborted) throw new Refusal('abort');
    sending = phone.network.send({
      timeout: options.timeout ?? phone.app.config.networkTimeout?.[name] ?? DEFAULT_TIMEOUT_MS,
      ...exchange,
    });
    return sending.result;
  };
  // A task's listeners are set after the call that starts it.
  const work = Promise.resolve().then(() =>
    settle(phone, name, () => counted(phone, name, () => run({ phone, options, send, tell })), options),
  );
  answer(phone, options, work);
  const methods = {
    abort() {
      aborted = true;
      sending?.abort();
    },
    onHeadersReceived: (listener) => heard.headers.add(listener),
    offHeadersReceived: (listener) => (listener ? heard.headers.delete(listener) : heard.headers.clear()),
  };
  if (name === 'request') return strict('RequestTask', methods);
  return strict('task', {
    ...methods,
    onProgressUpdate: (listener) => heard.progress.add(listener),
    offProgressUpdate: (listener) => (listener ? heard.progress.delete(listener) : heard.progress.clear()),
  });
}

/** A phone refuses the eleventh upload and the eleventh download; requests wait their turn. */
async function counted(phone, name, run) {
  if (name === 'request') return run();
  const { running } = phone.network;
  const kind = name === 'uploadFile' ? 'upload' : 'download';
  if (running[kind] >= AT_ONCE) throw new Refusal(`exceed max ${kind} connection count ${AT_ONCE}`);
  running[kind] += 1;
  try {
    return await run();
  } finally {
    running[kind] -= 1;
  }
}

/** @param {string} [method] of wx.request @returns {void} */
function refuseMethod(method = 'GET') {
  if (!METHODS.includes(method.toUpperCase())) throw new Error(`wx.request has no method ${method}`);
}

/** The client writes the boundary of a multipart body; a header set by hand breaks every upload. */
function refuseContentType(name, header = {}) {
  for (const field of Object.keys(header)) {
    if (name === 'uploadFile' && field.toLowerCase() === 'content-type')
      throw new Error('wx.uploadFile: never set Content-Type');
    if (field.toLowerCase() === 'referer')
      throw new Error(`wx.${name}: a phone does not let you set Referer`);
  }
}

async function upload({ phone, options, send, tell }) {
  const { url, filePath, name, formData = {}, header } = options;
  checkUrl(url);
  if (!name) throw new Refusal('parameter error: parameter.name should be String');
  const bytes = phone.files.read(filePath);
  if (!bytes) throw new Refusal('file not found');
  const form = new FormData();
  for (const [key, value] of Object.entries(formData)) form.append(key, String(value));
  form.append(name, new File([bytes], filePath.split('/').at(-1), { type: typeOf(filePath) }));
  const { status, body } = await send({
    method: 'POST',
    url,
    header,
    body: form,
    bodySize: bytes.length,
    onSent: (sent, total) =>
      tell('progress', {
        progress: percent(sent, total),
        totalBytesSent: sent,
        totalBytesExpectedToSend: total,
      }),
    onHeaders: (received) => tell('headers', { header: received }),
  });
  return { statusCode: status, data: body };
}

async function download({ phone, options, send, tell }) {
  const { url, header, filePath } = options;
  checkUrl(url);
  const answered = await send({
    method: 'GET',
    url,
    header,
    responseType: 'arraybuffer',
    onReceived: (got, total) =>
      tell('progress', {
        progress: percent(got, total),
        totalBytesWritten: got,
        totalBytesExpectedToWrite: total,
      }),
    onHeaders: (received) => tell('headers', { header: received }),
  });
  const bytes = new Uint8Array(answered.body);
  if (filePath) {
    const { writeFile } = fileOperations(phone.files);
    writeFile({ filePath, data: bytes.buffer });
    return { filePath, statusCode: answered.status };
  }
  const suffix = suffixOf(answered.header['content-type'] ?? '');
  return { tempFilePath: phone.files.addTemporary(bytes, suffix), statusCode: answered.status };
}

async function request({ options, send, tell }) {
  const { url, dataType = 'json', responseType = 'text' } = options;
  checkUrl(url);
  const { status, body, header } = await send({
    ...outgoing(options),
    responseType,
    onHeaders: (fields) => tell('headers', { header: fields }),
  });
  const isJson = responseType === 'text' && dataType === 'json';
  return { statusCode: status, header, cookies: [], data: isJson ? parsed(body) : body };
}

/** Data goes into the address of a GET and into the body, as JSON, of everything else. */
export function outgoing({ url, data, header = {}, method = 'GET' }) {
  const verb = method.toUpperCase();
  if (verb === 'GET' || verb === 'HEAD') {
    return { method: verb, header, url: data && typeof data === 'object' ? withQuery(url, data) : url };
  }
  const typed = Object.keys(header).some((name) => name.toLowerCase() === 'content-type');
  const fields = typed ? header : { 'content-type': 'application/json', ...header };
  return { method: verb, header: fields, url, body: encodeBody(data, header) };
}

/** @param {any} data @param {Record<string, string>} header @returns {any} */
function encodeBody(data, header) {
  if (
    data === undefined ||
    typeof data === 'string' ||
    Object.prototype.toString.call(data) === '[object ArrayBuffer]'
  )
    return data;
  const type = Object.entries(header).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  return type.includes('urlencoded') ? new URLSearchParams(data).toString() : JSON.stringify(data);
}

/** @param {string} url @param {Record<string, any>} data @returns {string} */
function withQuery(url, data) {
  const query = new URLSearchParams(data).toString();
  return query ? `${url}${url.includes('?') ? '&' : '?'}${query}` : url;
}

/** @param {string} text @returns {any} the text itself where it is no JSON */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** @param {unknown} url @returns {void} */
function checkUrl(url) {
  if (typeof url !== 'string' || !/^https?:\/\/[^/]/.test(url)) throw new Refusal(`invalid url "${url}"`);
}

/** @param {number} part @param {number} whole @returns {number} 0 to 100 */
function percent(part, whole) {
  return whole ? Math.floor((part / whole) * 100) : 0;
}

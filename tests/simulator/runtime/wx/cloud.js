import { isOlder } from '../sdk-version.js';
import { asynchronous, Refusal, strict } from './api.js';
import { outgoing, parsed } from './network.js';

/** Base library that brought callContainer. */
const SINCE = '2.23.0';
/** Bytes of a request's and of a response's body. */
const REQUEST = 100 * 1024;
const RESPONSE = 1000 * 1024;
const TIMEOUT_MS = 15_000;
const METHODS = ['GET', 'POST', 'PUT', 'DELETE'];
/** Where the stand-in passes requests on to; `?server=` takes its place. */
const CONTAINER = 'http://127.0.0.1:5000';
/** What the gateway says about the user, and nobody else may. */
const IDENTITY = { 'x-wx-openid': 'openid-of-the-simulator', 'x-wx-appid': 'wx0000000000000000', 'x-wx-source': 'wx_devtools' };

/**
 * `wx.cloud` with the one environment and service of 微信云托管 that the phone's option `cloud` names.
 *
 * @param {import('../phone.js').Phone} phone
 * @returns {Record<string, any>}
 */
export function cloudMembers(phone) {
  /** @type {string | undefined} */
  let environment;
  const name = 'cloud.callContainer';
  const members = {
    init({ env } = {}) {
      phone.calls.push({ name: 'cloud.init', args: [{ env }] });
      if (environment !== undefined) throw new Error('wx.cloud.init: once is enough');
      environment = env ?? '';
    },
    callContainer(options = {}) {
      phone.calls.push({ name, args: [options] });
      return asynchronous(phone, name, (wanted) => call(phone, environment, wanted))(options);
    },
  };
  if (isOlder(phone.sdkVersion, SINCE)) members.callContainer = undefined;
  return { cloud: strict('wx.cloud', members) };
}

/** @returns {Promise<any>} */
async function call(phone, environment, options) {
  const { path, header = {}, method = 'GET', dataType = 'json', responseType = 'text' } = options;
  checkTarget(phone, environment, options);
  if (!METHODS.includes(method)) throw refusal(102005, '无效的 HTTP Method');
  const request = outgoing({ ...options, method, url: CONTAINER + path, header: passedOn(header) });
  if (sizeOf(request.body) > REQUEST) throw refusal(-606001, '请求包大小超过 100KB');
  const timeout = Math.min(options.timeout ?? TIMEOUT_MS, TIMEOUT_MS);
  const { status, body, header: fields } = await phone.network.send({ ...request, responseType, timeout }).result.catch(failed);
  if (sizeOf(body) > RESPONSE) throw refusal(-606002, '响应包大小超过 1MB');
  const data = responseType === 'text' && dataType === 'json' ? parsed(body) : body;
  return { statusCode: status, header: fields, data, callID: 'simulator' };
}

/** @returns {void} */
function checkTarget(phone, environment, { config, path, header = {} }) {
  if (environment === undefined) throw new Error("Cloud API isn't enabled, please call wx.cloud.init first");
  const env = config?.env ?? environment;
  if (env !== environment) throw new Error(`wx.cloud was not initialised for "${env}"`);
  if (!String(path).startsWith('/')) throw refusal(-501000, 'Path access permission error');
  const [, service] = Object.entries(header).find(([field]) => field.toLowerCase() === 'x-wx-service') ?? [];
  if (`${env}/${service}` !== phone.options.cloud) throw refusal(-501000, 'Authorization mismatch uin');
}

/** @param {Record<string, string>} header @returns {Record<string, string>} */
function passedOn(header) {
  if (Object.keys(header).some((field) => field.toLowerCase() === 'referer'))
    throw new Error('wx.cloud.callContainer: a phone does not let you set Referer');
  const own = Object.entries(header).filter(([field]) => !/^x-wx-/i.test(field));
  return { ...Object.fromEntries(own), ...IDENTITY };
}

/** @param {any} error of the network @returns {never} */
function failed(error) {
  throw error.message === 'timeout' ? refusal(102002, '请求超时') : error;
}

/** @param {number} errCode @param {string} errMsg @returns {Refusal} */
function refusal(errCode, errMsg) {
  return new Refusal(`Error: errCode: ${errCode}  | errMsg: ${errMsg}`, { errCode });
}

/** @param {any} body @returns {number} bytes */
function sizeOf(body) {
  return body?.byteLength ?? new TextEncoder().encode(body ?? '').length;
}

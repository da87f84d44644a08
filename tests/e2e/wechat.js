import { createServer } from 'node:http';

const APPID = 'wx0123456789abcdef';
const SECRET = '0123456789secret0123456789secret';

/**
 * WeChat's `code2Session` on loopback, as its documentation has it: every code counts once.
 *
 * @typedef {object} WeChat
 * @property {Record<string, string>} settings  with which a server asks here
 * @property {string[]} codes  that were exchanged
 * @property {() => Promise<void>} close
 *
 * @returns {Promise<WeChat>}
 */
export async function startWeChat() {
  /** @type {string[]} */
  const codes = [];

  /** @param {URLSearchParams} asked @returns {object} */
  function session(asked) {
    if (asked.get('appid') !== APPID) return { errcode: 40013, errmsg: 'invalid appid' };
    if (asked.get('secret') !== SECRET) return { errcode: 40125, errmsg: 'invalid appsecret' };
    const code = asked.get('js_code') ?? '';
    if (!code) return { errcode: 40029, errmsg: 'invalid code' };
    if (codes.includes(code)) return { errcode: 40163, errmsg: 'code been used' };
    codes.push(code);
    return { openid: 'oUser-1', session_key: 'c2Vzc2lvbi1rZXk=' };
  }

  const wechat = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (pathname !== '/sns/jscode2session') return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/plain' }).end(JSON.stringify(session(searchParams)));
  });
  await new Promise((ready) => wechat.listen(0, '127.0.0.1', () => ready(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (wechat.address());
  return {
    settings: {
      PAISHI_AUTH: 'wechat',
      PAISHI_WECHAT_APPID: APPID,
      PAISHI_WECHAT_SECRET: SECRET,
      PAISHI_WECHAT_URL: `http://127.0.0.1:${port}`,
      PAISHI_TEACHERS: 'nobody',
    },
    codes,
    close: () =>
      new Promise((closed) => {
        wechat.close(() => closed());
        wechat.closeAllConnections();
      }),
  };
}

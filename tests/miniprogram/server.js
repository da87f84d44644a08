import { createServer } from 'node:http';
import { example } from './sources.js';

/**
 * @typedef {object} Received
 * @property {string} method
 * @property {string} path
 * @property {URLSearchParams} query
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {string} body  latin1, so that bytes stay bytes
 *
 * @typedef {object} Reply
 * @property {number} [status]  default 200
 * @property {string} [type]  default application/json
 * @property {Record<string, string>} [headers]  more of them
 * @property {string | Buffer | object} [body]  objects are sent as JSON
 * @property {'hang' | 'break'} [instead]  no answer at all, or a connection that is cut
 *
 * @typedef {object} TestServer
 * @property {string} address
 * @property {Received[]} received  in the order of arrival
 * @property {(name: string) => Received[]} to  those to one path
 * @property {(route: string, ...replies: (Reply | ((request: Received) => Reply | Promise<Reply>))[]) => void} on
 *   replies to `POST /predict` and the like, one after the other; the last one stays
 * @property {() => void} requireSession  from now on photos need a token of POST /session: token-1, token-2, …
 * @property {(token: string) => void} allow  one more token
 * @property {() => Promise<void>} close
 */

/**
 * An RFC 9457 problem with the status that it names.
 *
 * @param {string} name  in shared/examples/
 * @param {object} [changes]
 * @returns {{status: number, body: any}}
 */
export function problem(name, changes = {}) {
  const body = { ...JSON.parse(example(name)), ...changes };
  return { status: body.status, body };
}

/**
 * A small real server on loopback that answers as it is told.
 *
 * @returns {Promise<TestServer>}
 */
export async function startServer() {
  /** @type {Map<string, any[]>} */
  const routes = new Map();
  /** @type {Received[]} */
  const received = [];
  /** @type {Set<string> | null} null lets everybody in */
  let tokens = null;

  /** @param {Received} seen @returns {boolean} */
  const isRefused = ({ method, path, headers }) =>
    tokens !== null && method === 'POST' && path !== '/session' && !tokens.has(String(headers.authorization).slice(7));

  /** @returns {Reply} */
  function giveToken() {
    const token = `token-${tokens.size + 1}`;
    tokens.add(token);
    return { body: { ...JSON.parse(example('session')), token } };
  }

  const server = createServer(async (request, response) => {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://localhost');
    const seen = { method: request.method ?? '', path, query, headers: request.headers, body: await read(request) };
    received.push(seen);
    const refusal = isRefused(seen) && problem('problem', { code: 'not-authorised', status: 401 });
    send(response, refusal || (await replyTo(seen, routes.get(`${seen.method} ${path}`))));
  });

  await new Promise((ready) => server.listen(0, '127.0.0.1', () => ready(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    address: `http://127.0.0.1:${port}`,
    received,
    to: (path) => received.filter((request) => request.path === path),
    on: (route, ...replies) => void routes.set(route, replies),
    requireSession() {
      tokens = new Set();
      routes.set('POST /session', [giveToken]);
    },
    allow: (token) => void tokens.add(token),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/**
 * @param {Received} seen
 * @param {any[] | undefined} replies  the first one goes, unless it is the last
 * @returns {Promise<Reply>}
 */
async function replyTo(seen, replies = [{ status: 404, body: '{}' }]) {
  const next = replies.length > 1 ? replies.shift() : replies[0];
  return typeof next === 'function' ? next(seen) : next;
}

/** @param {import('node:http').ServerResponse} response @param {Reply} reply @returns {void} */
function send(response, { instead, status = 200, type = 'application/json', headers = {}, body = '' }) {
  if (instead === 'hang') return;
  if (instead === 'break') return void response.destroy();
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
}

/** @param {import('node:http').IncomingMessage} request @returns {Promise<string>} */
async function read(request) {
  const chunks = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    // The phone called the upload off.
  }
  return Buffer.concat(chunks).toString('latin1');
}

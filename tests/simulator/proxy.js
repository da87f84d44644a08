import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { isIP } from 'node:net';
import { Transform } from 'node:stream';

export const PROXY_PREFIX = '/__proxy__/';

/** Bytes per second at which an upload is passed on. */
const RATE_HEADER = 'x-simulator-rate';
const TICK_MS = 20;

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'proxy-connection',
]);
const OF_THE_BROWSER = new Set(['host', 'origin', 'referer', 'cookie', RATE_HEADER, ...HOP_BY_HOP]);

/**
 * Passes a request of the mini-program on. A phone knows no CORS, so the browser must not meet any.
 * A connection that fails breaks the client's too: there must be no HTTP status where a phone has none.
 *
 * @param {import('node:http').IncomingMessage} incoming its path is the prefix and the encoded target
 * @param {import('node:http').ServerResponse} outgoing
 * @returns {void}
 */
export function proxy(incoming, outgoing) {
  const target = targetOf(incoming.url ?? '');
  if (!target || !isNearby(target.hostname)) {
    console.error(`simulator: only loopback and private addresses can be reached, not ${target?.host}`);
    outgoing.destroy();
    return;
  }
  const send = target.protocol === 'https:' ? secureRequest : request;
  const onward = send(
    target,
    { method: incoming.method, headers: kept(incoming.headers, OF_THE_BROWSER) },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, kept(answer.headers, HOP_BY_HOP));
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
    },
  );
  const rate = Number(incoming.headers[RATE_HEADER]);
  const body = rate > 0 ? incoming.pipe(paced(rate)) : incoming;
  onward.on('error', () => {
    // A server may answer, say with 413, before it has read everything; that answer counts.
    body.unpipe(onward).resume();
    if (!outgoing.headersSent) outgoing.destroy();
  });
  outgoing.on('close', () => onward.destroy());
  body.pipe(onward);
}

/** @param {number} rate bytes per second @returns {Transform} */
function paced(rate) {
  const step = Math.max(1, Math.ceil((rate * TICK_MS) / 1000));
  return new Transform({
    async transform(part, _, done) {
      for (let at = 0; at < part.length; at += step) {
        this.push(part.subarray(at, at + step));
        await new Promise((resolve) => setTimeout(resolve, TICK_MS));
      }
      done();
    },
  });
}

/** @param {string} path @returns {URL | undefined} */
function targetOf(path) {
  try {
    const target = new URL(decodeURIComponent(path.slice(PROXY_PREFIX.length)));
    return /^https?:$/.test(target.protocol) ? target : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Loopback and private ranges (RFC 1918, RFC 4193). A name other than localhost could resolve anywhere.
 *
 * @param {string} host
 * @returns {boolean}
 */
export function isNearby(host) {
  const bare = host.replace(/^\[|\]$/g, '');
  if (bare === 'localhost') return true;
  if (isIP(bare) === 6) return bare === '::1' || /^f[cd]/i.test(bare);
  if (isIP(bare) !== 4) return false;
  const [first, second] = bare.split('.').map(Number);
  return (
    first === 127 ||
    first === 10 ||
    (first === 192 && second === 168) ||
    (first === 172 && second >= 16 && second < 32)
  );
}

/** @returns {Record<string, string | string[] | undefined>} */
function kept(headers, dropped) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)));
}

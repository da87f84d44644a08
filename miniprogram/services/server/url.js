// @ts-check

/** Parsing of server addresses, because the platform has no `URL`. */

const ADDRESS = /^(https?):\/\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(\d{1,5}))?(\/[^\s?#]*)?$/i;
const LOOPBACK = /^https?:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:|\/|$)/i;
/** RFC 1918, and RFC 3927 for networks without a router. */
const PRIVATE = /^https?:\/\/(10(\.\d{1,3}){3}|172\.(1[6-9]|2\d|3[01])(\.\d{1,3}){2}|(192\.168|169\.254)(\.\d{1,3}){2})(:|\/|$)/;
/** 微信云托管: environment, service, and what follows them. */
const CLOUD = /^cloud:([a-z0-9][\w-]*)\/([a-z0-9][\w-]*)(\/.*)?$/i;
const PLACEHOLDER = /^https?:\/\/[^/:]*\.invalid(:|\/|$)/i;

/**
 * Normalises a typed address: adds the scheme, replaces Chinese punctuation, drops a slash at the end.
 *
 * @param {string} typed
 * @returns {string | null} null if it is not an address
 */
function parseAddress(typed) {
  const plain = typed.replace(/\s+/g, '').replace(/：/g, ':').replace(/。/g, '.').replace(/／/g, '/');
  const withScheme = /^[a-z]+:\/\//i.test(plain) ? plain : `http://${plain}`;
  const parts = ADDRESS.exec(withScheme);
  if (!parts) return null;
  const [, scheme = '', host = '', port, path = ''] = parts;
  if (port && (Number(port) < 1 || Number(port) > 65535)) return null;
  const authority = host.toLowerCase() + (port ? `:${Number(port)}` : '');
  return `${scheme.toLowerCase()}://${authority}${path.replace(/\/+$/, '')}`;
}

/**
 * Whether the address means the device itself, which on a phone is never the developer's computer.
 *
 * @param {string} address
 * @returns {boolean}
 */
function isLoopback(address) {
  return LOOPBACK.test(address);
}

/**
 * Whether the address is an IPv4 address of a local network.
 *
 * @param {string} address  as returned by `parseAddress`
 * @returns {boolean}
 */
function isPrivate(address) {
  return PRIVATE.test(address);
}

/**
 * Parses an address of config/server.js that means a service of 微信云托管, such as `cloud:ENV/SERVICE`, or a route of it.
 *
 * @param {string} url
 * @returns {{env: string, service: string, path: string} | null} null if it is another address
 */
function parseCloud(url) {
  const [whole, env = '', service = '', path = '/'] = CLOUD.exec(url) || [];
  return whole === undefined ? null : { env, service, path };
}

/**
 * Whether the address is the placeholder of config/server.js. RFC 2606 reserves `.invalid` for this.
 *
 * @param {string} address
 * @returns {boolean}
 */
function isPlaceholder(address) {
  return address === '' || PLACEHOLDER.test(address);
}

/**
 * Moves a URL from a response to the address that reaches the server. Behind a proxy the server often
 * sees another scheme, host or path than the client.
 *
 * @param {string} address  of the server, with or without a path
 * @param {string} url  absolute, or a path
 * @returns {string}
 */
function resolveAgainst(address, url) {
  const path = url.replace(/^[a-z]+:\/\/[^/?#]*/i, '') || '/';
  const [origin = address] = /^https?:\/\/[^/]*/i.exec(address) || [];
  const prefix = address.slice(origin.length);
  return path.startsWith(`${prefix}/`) ? origin + path : address + path;
}

module.exports = { parseAddress, parseCloud, isLoopback, isPlaceholder, isPrivate, resolveAgainst };

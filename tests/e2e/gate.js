import { createServer, request } from 'node:http';

/** What was written is on the phone by then. */
const ARRIVED_MS = 200;

/**
 * What stands between a phone and its server where there is a hotel's Wi-Fi.
 *
 * @typedef {object} AccessControl
 * @property {string} address
 * @property {(html: string | null) => void} show  answers everything with this page; null lets everything through
 * @property {() => void} cutNext  the next photo arrives whole, and its answer breaks off
 * @property {() => number} brokenOff  how many requests ended before they were here
 * @property {() => Promise<void>} close
 *
 * @param {string} server  address behind it
 * @returns {Promise<AccessControl>}
 */
export async function startGate(server) {
  /** @type {string | null} */
  let page = null;
  let cuts = false;
  let brokenOff = 0;

  const gate = createServer((incoming, outgoing) => {
    incoming.on('close', () => (brokenOff += incoming.complete ? 0 : 1));
    if (page !== null) {
      incoming.resume();
      incoming.on('end', () => outgoing.writeHead(200, { 'content-type': 'text/html' }).end(page));
      return;
    }
    const { method, url, headers } = incoming;
    const cut = cuts && method === 'POST';
    if (cut) cuts = false;
    const onward = request(server + url, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      if (cut) answer.once('data', (part) => breakOff(outgoing, part));
      else answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise((ready) => gate.listen(0, '127.0.0.1', () => ready(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (gate.address());
  return {
    address: `http://127.0.0.1:${port}`,
    show: (html) => void (page = html),
    cutNext: () => void (cuts = true),
    brokenOff: () => brokenOff,
    close: () =>
      new Promise((closed) => {
        gate.close(() => closed());
        gate.closeAllConnections();
      }),
  };
}

/**
 * After the beginning of the answer: where nothing came, a browser asks again by itself.
 *
 * @param {import('node:http').ServerResponse} outgoing
 * @param {Buffer} part
 */
function breakOff(outgoing, part) {
  outgoing.write(part.subarray(0, 20));
  setTimeout(() => outgoing.destroy(), ARRIVED_MS);
}

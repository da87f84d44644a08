import { example } from './sources.js';

/** @param {string} name  in both languages @returns {string} the golden body with another first name */
export function predictionsOf(name) {
  const body = JSON.parse(example('predictions'));
  body.predictions[0].name = { zh: name, en: name };
  return JSON.stringify(body);
}

/**
 * A reply that comes when the test says so.
 *
 * @param {import('./server.js').Reply} reply
 * @returns {{reply: () => Promise<import('./server.js').Reply>, send: () => void}}
 */
export function later(reply) {
  let send = () => {};
  const asked = new Promise((resolve) => (send = () => resolve(reply)));
  return { reply: () => asked, send };
}

/**
 * A taught thing of the golden bodies.
 *
 * @param {string} name
 * @param {object} [changes]
 * @returns {any}
 */
export function taughtThing(name, changes = {}) {
  const { things } = JSON.parse(example('taught-things'));
  return { ...(things.find((thing) => thing.name === name) ?? { ...things[0], name }), ...changes };
}

/** @param {object[]} things @returns {any} the body of GET /taught */
export function taughtThings(things) {
  return { ...JSON.parse(example('taught-things')), things };
}

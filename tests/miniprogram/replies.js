import { example } from './sources.js';

/** @param {string} name  in both languages @returns {string} the golden body with another first name */
export function predictionsOf(name) {
  const body = JSON.parse(example('predictions'));
  body.predictions[0].name = { zh: name, en: name };
  return JSON.stringify(body);
}

/**
 * Heat maps, one for each label that is asked for, as the golden body but for the class.
 *
 * @param {import('./server.js').Received} request  to /explain
 * @returns {import('./server.js').Reply}
 */
export function explains({ query }) {
  const explanations = query.getAll('label').map(explanationOf);
  const body = explanations.length === 1 ? explanations[0] : { ...JSON.parse(example('explanations')), explanations };
  return { body };
}

/**
 * The same by a server from before several labels, which takes the last one.
 *
 * @param {import('./server.js').Received} request
 * @returns {import('./server.js').Reply}
 */
export function explainsOne({ query }) {
  return { body: explanationOf(query.getAll('label').at(-1) ?? '') };
}

/** @param {string} id  of a class @returns {any} */
function explanationOf(id) {
  const body = JSON.parse(example('explanation'));
  return { ...body, label: { ...body.label, id } };
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

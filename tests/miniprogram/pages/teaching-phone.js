import { example } from '../sources.js';
import { TRUSTING } from './phone.js';

const SERVER = 'http://127.0.0.1:5000';
const READY = { ...JSON.parse(example('ready')), teaching: true };

/** Of a server that can be taught, and of a person who agreed to that earlier. */
export const TEACHABLE = { fit: { server: SERVER, fit: 'squash', teaching: true } };
export const AGREED = { ...TEACHABLE, 'may-teach': SERVER };

/** A page about taught things, and a server that answers as one that can be taught. */
export const TEACHING = {
  phone: { ...TRUSTING, storage: AGREED },
  answers: {
    'GET /readyz': { body: READY },
    'POST /predict': { body: example('predictions-taught') },
    'GET /taught': { body: example('taught-things') },
    'POST /taught': { body: example('taught') },
  },
};

/** @param {object} changes  of the thing @returns {any} the body of POST /taught */
export function lesson(changes) {
  const body = JSON.parse(example('taught'));
  return { ...body, thing: { ...body.thing, ...changes } };
}

// @ts-check
const { responseFailure } = require('./problem');

/**
 * Ends a task by a response: any status but 200 is a failure.
 *
 * @template Result
 * @param {{statusCode: number, data?: unknown}} response
 * @param {Result} result  of a 200
 * @param {(result: Result) => void} resolve
 * @param {(reason: unknown) => void} reject
 */
function settle({ statusCode, data }, result, resolve, reject) {
  if (statusCode === 200) resolve(result);
  else reject(responseFailure(statusCode, data));
}

module.exports = { settle };

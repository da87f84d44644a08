// @ts-check
const { authorised } = require('../../services/api/authorised');
const { readOnDevice } = require('../../services/api/schema');
const { request } = require('../../services/http/client');
const { sequence } = require('../../services/http/task');

/** Milliseconds. The body is small. */
const TIME_LIMIT = 8000;

/**
 * GET /on-device: the model that the server in use has for phones.
 *
 * @returns {import('../../services/http/task').Task<import('../../contract').OnDevice>} fails with `on-device-off` or
 *   `model-not-exported` if it has none
 */
function fetchDescription() {
  return sequence(async (run) =>
    readOnDevice(
      await run(() =>
        authorised((server, header) => request({ url: `${server}/on-device`, method: 'GET', header, timeout: TIME_LIMIT }))
      )
    )
  );
}

module.exports = { fetchDescription };

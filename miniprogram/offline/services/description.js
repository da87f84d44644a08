// @ts-check
const { authorised } = require('../../services/api/authorised');
const { hasForm, isFilledText, isModel, isShare, read } = require('../../services/api/schema');
const { request } = require('../../services/http/client');
const { sequence } = require('../../services/http/task');

/** Milliseconds. The body is small. */
const TIME_LIMIT = 8000;

const isCount = (/** @type {unknown} */ value) => Number.isInteger(value) && Number(value) >= 1;

const isFile = hasForm({ path: isFilledText, bytes: isCount, sha256: isFilledText });

const isOnDevice = hasForm({
  model: isModel,
  input_height: isCount,
  input_width: isCount,
  fit: (value) => value === 'crop' || value === 'squash' || value === 'both',
  confident_at: isShare,
  onnx: isFile,
  labels: isFile,
});

/**
 * GET /on-device: the model that the server in use has for phones.
 *
 * @returns {import('../../services/http/task').Task<import('../../contract').OnDevice>} fails with `on-device-off` or
 *   `model-not-exported` if it has none
 */
function fetchDescription() {
  return sequence(async (run) => {
    const body = await run(() =>
      authorised((server, header) => request({ url: `${server}/on-device`, method: 'GET', header, timeout: TIME_LIMIT }))
    );
    return read(isOnDevice, body);
  });
}

module.exports = { fetchDescription };

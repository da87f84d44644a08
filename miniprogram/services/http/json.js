// @ts-check

/**
 * Parses a body: wx.uploadFile returns text, wx.request an object if it could parse it.
 *
 * @param {unknown} data
 * @returns {unknown} undefined if it is not JSON
 */
function parseJson(data) {
  if (typeof data !== 'string') return data;
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

module.exports = { parseJson };

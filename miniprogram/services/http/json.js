// @ts-check

/**
 * wx.uploadFile hands the body over as text, wx.request as an object where it could parse it.
 *
 * @param {unknown} data
 * @returns {unknown} undefined where it is no JSON
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

// @ts-check

/**
 * One asynchronous `wx` function as a promise. Not every function of the platform has a promise style
 * of its own, and which ones do differs between versions.
 *
 * @template {object} Options
 * @template Answer
 * @param {(options: Options & {success: (answer: Answer) => void, fail: (error: any) => void}) => unknown} call
 * @param {Options} options
 * @returns {Promise<Answer>} rejected with the platform's `{errMsg}`
 */
function wxPromise(call, options) {
  return new Promise((resolve, reject) => {
    call({ ...options, success: resolve, fail: reject });
  });
}

module.exports = { wxPromise };

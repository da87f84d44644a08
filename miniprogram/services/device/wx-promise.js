// @ts-check

/**
 * Calls an asynchronous `wx` function and returns a promise. Which functions have a promise style of
 * their own differs between versions.
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

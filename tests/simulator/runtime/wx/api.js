/** A failure that the platform documents; it becomes `{errMsg: 'api:fail reason'}`. */
export class Refusal extends Error {
  /** @param {string} reason @param {Record<string, any>} [fields] more of the result, such as errno */
  constructor(reason, fields = {}) {
    super(reason);
    this.fields = fields;
  }

  /** @param {string} api @returns {{errMsg: string}} */
  result(api) {
    return { errMsg: `${api}:fail ${this.message}`, ...this.fields };
  }
}

/**
 * An object of the platform; what is not in it throws when it is touched, so that nothing rests on what
 * only seems to be there. `then` is absent by right: `await` looks for it.
 *
 * @template {Record<string, any>} T
 * @param {string} name
 * @param {T} members
 * @returns {T}
 */
export function strict(name, members) {
  return new Proxy(members, {
    get(target, key) {
      if (typeof key === 'symbol' || key in target || key === 'then')
        return target[/** @type {string} */ (key)];
      throw new Error(`simulator: ${name}.${key} is not implemented`);
    },
  });
}

/**
 * Gives an API the platform's two forms: callbacks where any is passed, a promise otherwise.
 *
 * @param {import('../phone.js').Phone} phone
 * @param {string} name
 * @param {(options: any) => any} implementation may be async; throws Refusal to fail
 * @returns {(options?: any) => Promise<any> | undefined}
 */
export function asynchronous(phone, name, implementation) {
  return (options = {}) => {
    const work = settle(phone, name, implementation, options);
    if (!options.success && !options.fail && !options.complete) {
      return work.then(({ ok, result }) => (ok ? result : Promise.reject(result)));
    }
    answer(phone, options, work);
    return undefined;
  };
}

/**
 * @param {import('../phone.js').Phone} phone
 * @param {string} name
 * @param {(options: any) => any} implementation
 * @param {any} options
 * @returns {Promise<{ok: boolean, result: any}>}
 */
export async function settle(phone, name, implementation, options) {
  try {
    failWhereAsked(phone, name);
    const result = (await implementation(options)) ?? {};
    return { ok: true, result: { ...result, errMsg: `${name}:ok` } };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, result: error.result(name) };
    phone.report(error);
    return { ok: false, result: { errMsg: `${name}:fail ${error.message}` } };
  }
}

/**
 * @param {import('../phone.js').Phone} phone
 * @param {string} name
 * @returns {void}
 * @throws {Refusal} where the tester wants this API to fail, or the single-page mode switches it off
 */
export function failWhereAsked(phone, name) {
  phone.singlePage.checkApi(name);
  const reason = phone.failures.get(name);
  if (reason !== undefined) throw new Refusal(reason);
}

/**
 * @param {import('../phone.js').Phone} phone
 * @param {any} options with success, fail and complete
 * @param {Promise<{ok: boolean, result: any}>} work
 * @returns {Promise<void>}
 */
export async function answer(phone, options, work) {
  const { ok, result } = await work;
  phone.call(ok ? options.success : options.fail, undefined, result);
  phone.call(options.complete, undefined, result);
}

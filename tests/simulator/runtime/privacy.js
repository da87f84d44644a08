import { isOlder } from './sdk-version.js';
import { Refusal } from './wx/api.js';

/** Base library that brought the privacy APIs; below it nothing is enforced. */
const ENFORCED_SINCE = '2.32.3';

/** Consent to the privacy guide, without which a phone refuses camera, album and photos. */
export class Privacy {
  /**
   * @param {import('./phone.js').Phone} phone
   * @param {'ask' | 'agreed' | 'refused'} [state]
   * @param {Iterable<string>} [undeclared] APIs, and `camera`, whose item is missing in the console's privacy guide
   */
  constructor(phone, state = 'ask', undeclared = []) {
    this.phone = phone;
    this.state = state;
    this.undeclared = new Set(undeclared);
    /** @type {Function | undefined} the app's own way of asking; the last one counts */
    this.listener = undefined;
    /** @type {Set<string>} ids of the agree buttons that were tapped */
    this.tapped = new Set();
    /** @type {Promise<void> | undefined} one question at a time */
    this.asking = undefined;
  }

  /** @returns {boolean} */
  get needed() {
    return this.state !== 'agreed';
  }

  /** @param {string} id of the button @returns {void} */
  agreeBy(id) {
    this.tapped.add(id);
    this.state = 'agreed';
  }

  /**
   * @param {string} api that needs the consent
   * @returns {Promise<void>}
   * @throws {Refusal} where the user does not agree, or the privacy guide does not have the item
   */
  async need(api) {
    if (isOlder(this.phone.sdkVersion, ENFORCED_SINCE)) return;
    if (this.undeclared.has(api)) throw undeclared();
    if (this.state === 'agreed') return;
    if (this.state === 'refused') throw refused();
    this.asking ??= (this.listener ? this.#askApp(api) : this.#askUser()).finally(
      () => (this.asking = undefined),
    );
    await this.asking;
  }

  /** @returns {Promise<void>} */
  #askApp(api) {
    return new Promise((resolve, reject) => {
      const answer = ({ event, buttonId } = {}) => {
        if (event === 'exposureAuthorization') return;
        if (event === 'disagree') return reject(refused());
        if (event !== 'agree') return this.phone.report(new Error(`simulator: privacy event "${event}"`));
        if (!this.tapped.has(buttonId)) {
          return this.phone.report(
            new Error(`simulator: agree without a tap on the agreePrivacyAuthorization button "${buttonId}"`),
          );
        }
        this.state = 'agreed';
        resolve();
      };
      this.phone.call(this.listener, undefined, answer, { referrer: api });
    });
  }

  async #askUser() {
    const { confirm } = await this.phone.dialogs.ask({
      title: '用户隐私保护提示',
      content: '使用前请阅读并同意《用户隐私保护指引》',
      confirmText: '同意',
      cancelText: '拒绝',
    });
    if (!confirm) throw refused();
    this.state = 'agreed';
  }
}

/** @returns {Refusal} */
function undeclared() {
  return new Refusal('api scope is not declared in the privacy agreement', { errno: 112 });
}

/** @returns {Refusal} */
function refused() {
  return new Refusal('privacy permission is not authorized', { errno: 104 });
}

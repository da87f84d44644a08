import { Refusal } from './wx/api.js';

const NAMES = {
  'scope.camera': '摄像头',
  'scope.writePhotosAlbum': '添加到相册',
};

/** What the user allowed. Once refused, only the settings page helps, as on a phone. */
export class Scopes {
  /** @param {import('./phone.js').Phone} phone @param {Record<string, boolean>} [given] */
  constructor(phone, given = {}) {
    this.phone = phone;
    /** @type {Record<string, boolean>} */
    this.given = { ...given };
  }

  /**
   * @param {string} scope
   * @returns {Promise<void>}
   * @throws {Refusal} where the user refuses or has refused
   */
  async need(scope) {
    if (!(scope in NAMES)) throw new Error(`simulator: scope ${scope} is not implemented`);
    if (this.given[scope] === undefined) {
      const title = this.phone.app.config.window.navigationBarTitleText ?? '小程序';
      const { confirm } = await this.phone.dialogs.ask({
        title: `${this.phone.theme.resolve(title)} 申请使用`,
        content: `你的${NAMES[scope]}`,
        confirmText: '允许',
        cancelText: '拒绝',
      });
      this.given[scope] = confirm;
    }
    if (!this.given[scope]) throw new Refusal('auth deny');
  }

  /** @returns {Promise<Record<string, boolean>>} what is allowed after the settings page closed */
  async openSettings() {
    const asked = Object.keys(this.given);
    const answers = await this.phone.dialogs.settings(
      '设置',
      asked.map((scope) => ({ label: NAMES[scope], on: this.given[scope] })),
    );
    asked.forEach((scope, index) => (this.given[scope] = answers[index]));
    return { ...this.given };
  }
}

// @ts-check
const { NAME_LETTERS, taughtName } = require('../../../services/teaching/names');
const { texts } = require('../../../texts/texts');

/**
 * Asks for another name of a taught thing.
 *
 * Events: `name` with the new `name`; `close`.
 */
Component({
  properties: {
    name: { type: String, value: '' },
  },
  data: {
    t: texts().teaching.taught,
    label: '',
    invalidSentence: '',
    letters: NAME_LETTERS,
    draft: '',
    invalid: false,
  },
  lifetimes: {
    attached() {
      const { taught, teach } = texts().teaching;
      const draft = this.properties.name;
      this.setData({ t: taught, label: teach.nameLabel, invalidSentence: teach.nameInvalid, draft });
    },
  },
  methods: {
    /** @param {WechatMiniprogram.Input} event */
    type({ detail: { value } }) {
      this.setData({ draft: value, invalid: false });
    },

    save() {
      const name = taughtName(this.data.draft);
      if (name) this.triggerEvent('name', { name });
      else this.setData({ invalid: true });
    },

    close() {
      this.triggerEvent('close');
    },
  },
});

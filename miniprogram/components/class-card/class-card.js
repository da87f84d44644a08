// @ts-check
const { asFailure } = require('../../services/http/failure');
const { fetchCard, keptCard } = require('../../services/api/class-card');
const { fill, speaksChinese, texts } = require('../../texts/texts');
const { inLanguage } = require('../../services/text/display-names');
const { isServerSet } = require('../../services/server/address');
const { nameOfClass } = require('../../services/text/class-names');

/** @typedef {import('../../services/api/class-card').ClassCard} ClassCard */

/** The request of each card that is open. @type {WeakMap<object, import('../../services/http/task').Task<ClassCard>>} */
const requests = new WeakMap();

/**
 * What people may like to read about a class, in a sheet: the reading of its Chinese name, a sentence and its kind.
 * What is in its slot stands below.
 *
 * Events: `close`.
 */
Component({
  properties: {
    classId: { type: String, value: '' },
  },
  data: {
    t: texts().card,
    names: { name: '', other: '' },
    stage: /** @type {'loading' | 'shown' | 'failed'} */ ('loading'),
    /** The reading of the Chinese name, and the name in the other language. */
    subtitle: /** @type {string[]} */ ([]),
    about: '',
    kind: '',
    /** Line in place of the card if it could not be fetched. */
    line: '',
    /** Whether fetching it again can help. */
    again: false,
  },
  observers: {
    classId(/** @type {string} */ id) {
      const name = nameOfClass(id);
      if (!name) return;
      const names = inLanguage(name);
      this.setData({ t: texts().card, names, subtitle: [names.other].filter(Boolean) });
      const card = keptCard(id);
      if (card) this.showCard(card);
      else this.fetch();
    },
  },
  lifetimes: {
    detached() {
      this.stop();
    },
  },
  methods: {
    fetch() {
      this.stop();
      if (!isServerSet()) return this.miss('address-not-set');
      this.setData({ stage: 'loading' });
      const task = fetchCard(this.properties.classId);
      requests.set(this, task);
      task.promise.then(
        (card) => requests.get(this) === task && this.showCard(card),
        (thrown) => requests.get(this) === task && this.miss(asFailure(thrown).kind)
      );
    },

    stop() {
      const task = requests.get(this);
      requests.delete(this);
      if (task) task.cancel();
    },

    /** @param {ClassCard} card */
    showCard({ pinyin, about, kind }) {
      const kindLine = fill(this.data.t.kind, { kind: inLanguage(kind.name).name });
      const { other } = this.data.names;
      // Beside the Chinese name, wherever that stands.
      const subtitle = (speaksChinese() ? [pinyin, other] : [other, pinyin]).filter(Boolean);
      this.setData({ stage: 'shown', subtitle, about: inLanguage(about).name, kind: kindLine });
    },

    /** @param {import('../../services/http/failure').FailureKind} kind */
    miss(kind) {
      const { t } = this.data;
      // A server of an earlier version has no cards at all.
      const none = kind === 'not-found' || kind === 'method-not-allowed';
      const line = none ? t.none : fill(t.failed, { title: texts().failures[kind].title });
      this.setData({ stage: 'failed', line, again: !none });
    },

    close() {
      this.triggerEvent('close');
    },
  },
});

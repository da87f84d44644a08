// @ts-check
const { fill, texts } = require('../../../texts/texts');
const { find, photos } = require('../../../services/teaching/queue');

/**
 * Asks what to do with a photo that the server refuses.
 *
 * Events: `insist` with the decision, see lessons.js; `skip`; `close`.
 */
Component({
  properties: {
    /** Key of its change in the queue. */
    lesson: { type: String, value: '' },
  },
  data: {
    t: texts().teaching.teach,
    photo: '',
    title: '',
    sentence: '',
    /** Whether the photo can be taught all the same. */
    open: false,
    insist: '',
    other: '',
    otherName: '',
  },
  observers: {
    lesson(/** @type {string} */ key) {
      const change = find(key);
      if (change) this.setData(describe(change));
    },
  },
  methods: {
    insist() {
      this.triggerEvent('insist', { force: true });
    },

    rename() {
      this.triggerEvent('insist', { name: this.data.other });
    },

    skip() {
      this.triggerEvent('skip');
    },

    close() {
      this.triggerEvent('close');
    },
  },
});

/**
 * @param {import('../../../services/teaching/queue').Change} change
 */
function describe({ name, file, refused, other }) {
  const { failures, teaching } = texts();
  const t = teaching.teach;
  const photo = photos.path(file);
  if (refused === 'taught-looks-like-other' && other) {
    const places = { name, other: other.name };
    return {
      ...{ t, photo, open: true, other: other.name },
      title: fill(t.looksLike, places),
      sentence: fill(t.looksLikeSentence, places),
      insist: fill(t.insist, places),
      otherName: fill(t.otherName, places),
    };
  }
  return { t, photo, open: false, ...failures[refused || 'refused'] };
}

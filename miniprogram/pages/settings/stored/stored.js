// @ts-check
const { beginAnewInSettings } = require('../../../services/device/navigation');
const { confirmDeletion } = require('../../../services/device/confirm');
const { forgetEverything, forgetResults, storageUsage } = require('../../../services/storage-usage');
const { fill, texts } = require('../../../texts/texts');

/** @typedef {import('../../../services/storage-usage').Stored} Stored */

const MEGABYTE = 1024 * 1024;

/**
 * @param {number} bytes
 * @returns {string} in MB
 */
function sizeText(bytes) {
  if (bytes === 0) return '0 MB';
  return bytes < 0.1 * MEGABYTE ? '< 0.1 MB' : `${(bytes / MEGABYTE).toFixed(1)} MB`;
}

/**
 * @param {Stored | null} stored  null if the platform failed
 * @returns {Record<'results' | 'met' | 'size' | 'session' | 'corrections', string>}
 */
function describe(stored) {
  const { kept, unknown } = texts().settings;
  if (!stored) return { results: unknown, met: unknown, size: unknown, session: unknown, corrections: unknown };
  return {
    results: String(stored.results),
    met: fill(kept.metCount, { count: stored.met }),
    size: sizeText(stored.bytes),
    session: stored.session ? kept.sessionHeld : kept.sessionNone,
    corrections: String(stored.corrections),
  };
}

/** Shows what is stored on this phone, and deletes it. */
Component({
  data: {
    t: texts().settings.kept,
    shown: { results: '', met: '', size: '', session: '', corrections: '' },
    /** Whether there are results to delete. */
    some: false,
    deleting: false,
    message: '',
  },
  lifetimes: {
    attached() {
      this.setData({ t: texts().settings.kept });
      this.count();
    },
  },
  pageLifetimes: {
    show() {
      this.count();
    },
  },
  methods: {
    async count() {
      const stored = await storageUsage().catch(() => null);
      this.setData({ shown: describe(stored), some: stored !== null && stored.results > 0 });
    },

    async askResults() {
      const { t } = this.data;
      if (!(await this.confirm(t.deleteResultsTitle, fill(t.deleteResultsSentence, { count: this.data.shown.results }))))
        return;
      await this.remove(forgetResults);
      return this.count();
    },

    async askEverything() {
      const { t } = this.data;
      if (!(await this.confirm(t.deleteEverythingTitle, t.deleteEverythingSentence))) return;
      if (await this.remove(forgetEverything)) beginAnewInSettings();
      else this.count();
    },

    /**
     * @param {string} title
     * @param {string} content
     * @returns {Promise<boolean>}
     */
    async confirm(title, content) {
      const { t, deleting } = this.data;
      return !deleting && confirmDeletion(title, content, t.delete, t.keep);
    },

    /**
     * @param {() => Promise<boolean>} forget
     * @returns {Promise<boolean>} whether it is gone; if not, sets a message
     */
    async remove(forget) {
      this.setData({ deleting: true, message: '' });
      const gone = await forget().catch(() => false);
      this.setData({ deleting: false, message: gone ? '' : this.data.t.notDeleted });
      if (gone) wx.showToast({ title: this.data.t.deleted, icon: 'success' });
      return gone;
    },
  },
});

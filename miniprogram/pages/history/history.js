// @ts-check
const { confirmDeletion } = require('../../services/device/confirm');
const { entries, forget, forgetAll } = require('../../services/history/history');
const { fill, texts } = require('../../texts/texts');
const { pagesOf, PAGE } = require('./items');
const { textScale } = require('../../services/device/device-info');
const { showTitle, toCamera } = require('../../services/device/navigation');

/** @typedef {import('./items').ItemPage} ItemPage */

Page({
  data: {
    t: texts().history,
    scale: 1,
    /** `opening` until the history is read, so that an empty one is not shown for a moment. */
    stage: /** @type {'opening' | 'empty' | 'shown'} */ ('opening'),
    count: '',
    /** In pages, so that `setData` can add one by its path. */
    pages: /** @type {ItemPage[]} */ ([]),
    editing: false,
  },

  /** Results to show, if there are as many. */
  wanted: PAGE,

  onLoad() {
    this.setData({ t: texts().history, scale: textScale() });
  },

  /** A result may have been corrected or deleted on its own page. */
  onShow() {
    showTitle(this.data.t.title);
    this.draw();
  },

  onReady() {
    // One page may not fill a tablet, and a list that does not scroll never loads more.
    this.more();
  },

  more() {
    if (this.wanted >= entries().length) return;
    this.wanted += PAGE;
    this.draw();
  },

  /** Sets only what changed. */
  draw() {
    const all = entries();
    const pages = pagesOf(all, this.wanted, Date.now());
    if (all.length === 0) return this.setData({ stage: 'empty', pages, editing: false });
    /** @type {Record<string, any>} */
    const changes = {};
    const count = fill(this.data.t.count, { count: all.length });
    if (this.data.stage !== 'shown') changes.stage = 'shown';
    if (this.data.count !== count) changes.count = count;
    if (pages.length < this.data.pages.length) changes.pages = pages;
    else {
      pages.forEach((page, index) => {
        const there = this.data.pages[index];
        if (JSON.stringify(page) !== JSON.stringify(there)) changes[`pages[${index}]`] = page;
      });
    }
    if (Object.keys(changes).length) this.setData(changes);
  },

  /** @param {WechatMiniprogram.CustomEvent<{id: string}>} event */
  open({ detail: { id } }) {
    wx.navigateTo({ url: `/pages/result/result?id=${id}` });
  },

  /** @param {WechatMiniprogram.CustomEvent<{id: string}>} event */
  async askRemove({ detail: { id } }) {
    const { t } = this.data;
    const item = this.data.pages.flatMap(({ items }) => items).find((one) => one.id === id);
    if (!item) return;
    const title = fill(t.removeTitle, { name: item.name });
    if (!(await confirmDeletion(title, t.removeSentence, t.confirm, t.cancel))) return;
    forget(id);
    this.draw();
  },

  async askRemoveAll() {
    const { t } = this.data;
    const sentence = fill(t.removeAllSentence, { count: entries().length });
    if (!(await confirmDeletion(t.removeAllTitle, sentence, t.confirm, t.cancel))) return;
    forgetAll();
    this.draw();
  },

  edit() {
    this.setData({ editing: !this.data.editing });
  },

  shoot() {
    toCamera();
  },
});

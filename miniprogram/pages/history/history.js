// @ts-check
const { consenting } = require('../../components/privacy-sheet/consenting');
const { confirmDeletion } = require('../../services/device/confirm');
const { entries, favour, forget } = require('../../services/history/history');
const { fill, texts } = require('../../texts/texts');
const { changesOf, pagesOf, PAGE } = require('./cells');
const { matcher } = require('./search');
const { textScale } = require('../../services/device/device-info');
const { showTitle, toCamera } = require('../../services/device/navigation');

/** @typedef {import('./cells').CellPage} CellPage */

/** Results that are found without a search. */
const FEW = 10;

/** Past results by day, of which the user searches, filters and deletes. */
Page({
  behaviors: [consenting],

  data: {
    t: texts().history,
    scale: 1,
    /** `opening` until the history is read, so that an empty one is not shown for a moment. */
    stage: /** @type {'opening' | 'empty' | 'shown'} */ ('opening'),
    count: '',
    /** In pages, so that `setData` can add one by its path. */
    pages: /** @type {CellPage[]} */ ([]),
    /** Whether there are enough results for a search. */
    searchable: false,
    query: '',
    favouritesOnly: false,
    /** What is said where nothing is found. */
    nothing: { title: '', sentence: '' },
    selecting: false,
    /** Ids of the selected results, as keys: `setData` changes one by its path. */
    chosen: /** @type {Record<string, boolean>} */ ({}),
    chosenCount: 0,
    chosenLabel: '',
    allChosen: false,
    deleteLabel: '',
  },

  /** Results to show, if there are as many. */
  wanted: PAGE,
  /** Ids of the results that were found, shown or not. @type {string[]} */
  found: [],

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
    if (this.wanted >= this.found.length) return;
    this.wanted += PAGE;
    this.draw();
  },

  /** Sets only what changed. */
  draw() {
    const all = entries();
    if (all.length === 0) {
      this.found = [];
      return this.setData({ stage: 'empty', pages: [], query: '', favouritesOnly: false, selecting: false });
    }
    const { t, query, favouritesOnly } = this.data;
    const matches = matcher(query);
    const found = all.filter((entry) => (entry.favourite || !favouritesOnly) && matches(entry));
    this.found = found.map(({ id }) => id);
    const whole = !favouritesOnly && query.trim() === '';
    /** @type {Record<string, any>} */
    const wanted = {
      stage: 'shown',
      count: fill(whole ? t.count : t.found, { count: found.length }),
      searchable: all.length > FEW || query !== '',
    };
    const changes = changesOf(this.data.pages, pagesOf(found, this.wanted, Date.now()));
    for (const [name, value] of Object.entries(wanted)) {
      if (value !== /** @type {Record<string, any>} */ (this.data)[name]) changes[name] = value;
    }
    if (found.length === 0) changes.nothing = this.nothingText();
    if (Object.keys(changes).length) this.setData(changes);
  },

  /** @returns {{title: string, sentence: string}} */
  nothingText() {
    const { t, query } = this.data;
    const typed = query.trim();
    if (typed === '') return { title: t.noFavouritesTitle, sentence: t.noFavouritesSentence };
    return { title: fill(t.notFoundTitle, { query: typed }), sentence: t.notFoundSentence };
  },

  /** Draws the list from its beginning. */
  drawAnew() {
    this.wanted = PAGE;
    this.draw();
    this.more();
  },

  /** @param {WechatMiniprogram.Input} event */
  search({ detail: { value } }) {
    this.setData({ query: value });
    this.drawAnew();
  },

  clear() {
    this.setData({ query: '' });
    this.drawAnew();
  },

  filter() {
    this.setData({ favouritesOnly: !this.data.favouritesOnly });
    this.drawAnew();
  },

  /** @param {WechatMiniprogram.CustomEvent<{id: string, favourite: boolean}>} event */
  onFavourite({ detail: { id, favourite } }) {
    if (!favour(id, favourite)) wx.showToast({ title: this.data.t.favouritesFull, icon: 'none' });
    this.draw();
  },

  /** @param {WechatMiniprogram.CustomEvent<{id: string}>} event */
  open({ detail: { id } }) {
    if (this.data.selecting) this.choose(id);
    else wx.navigateTo({ url: `/pages/result/result?id=${id}` });
  },

  /** A long press. @param {WechatMiniprogram.CustomEvent<{id: string}>} event */
  hold({ detail: { id } }) {
    if (!this.data.selecting) this.select();
    this.choose(id);
  },

  select() {
    const selecting = !this.data.selecting;
    this.setData({ selecting, chosen: {}, ...this.chosenTexts(0) });
  },

  /** @param {string} id  of a result, which is selected from now on, or not any more */
  choose(id) {
    const { chosen, chosenCount } = this.data;
    const count = chosenCount + (chosen[id] ? -1 : 1);
    this.setData({ [`chosen.${id}`]: !chosen[id], ...this.chosenTexts(count) });
  },

  chooseAll() {
    const ids = this.data.allChosen ? [] : this.found;
    this.setData({ chosen: Object.fromEntries(ids.map((id) => [id, true])), ...this.chosenTexts(ids.length) });
  },

  /** @param {number} chosenCount */
  chosenTexts(chosenCount) {
    const { t } = this.data;
    return {
      chosenCount,
      chosenLabel: fill(t.chosen, { count: chosenCount }),
      allChosen: chosenCount === this.found.length,
      deleteLabel: fill(t.deleteChosen, { count: chosenCount }),
    };
  },

  async askRemove() {
    const { t, chosen } = this.data;
    const ids = this.found.filter((id) => chosen[id]);
    if (ids.length === 0) return;
    const title = fill(t.removeTitle, { count: ids.length });
    if (!(await confirmDeletion(title, t.removeSentence, t.confirm, t.cancel))) return;
    forget(...ids);
    this.setData({ selecting: false, chosen: {} });
    this.drawAnew();
  },

  shoot() {
    toCamera();
  },
});

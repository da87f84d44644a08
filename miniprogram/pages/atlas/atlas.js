// @ts-check
const { CLASS_COUNT, meetings, see } = require('../../services/atlas/atlas');
const { consenting } = require('../../components/privacy-sheet/consenting');
const { entries, entry } = require('../../services/history/history');
const { fill, texts } = require('../../texts/texts');
const { pagesOf, PAGE } = require('./cells');
const { reading } = require('../../components/class-card/reading');
const { relativeDay } = require('../../services/text/relative-day');
const { showTitle, toCamera } = require('../../services/device/navigation');
const { textScale } = require('../../services/device/device-info');

/** @typedef {import('./cells').CellPage} CellPage */

/** The classes that the user met, of all that can be met. */
Page({
  behaviors: [consenting, reading],

  data: {
    t: texts().atlas,
    scale: 1,
    stage: /** @type {'opening' | 'empty' | 'shown'} */ ('opening'),
    emptySentence: '',
    count: '',
    countLabel: '',
    /** Percent of all classes. */
    percent: 0,
    order: /** @type {'time' | 'group'} */ ('time'),
    /** In pages, so that `setData` can add one by its path. */
    pages: /** @type {CellPage[]} */ ([]),
    /** Line on the card that is open. */
    met: '',
    /** Id of the result that met the class of that card, if it is in the history. */
    result: '',
  },

  /** Cells to show, if there are as many. */
  wanted: PAGE,
  total: 0,
  /** Classes that were new when this page opened; their marks stay until it closes. @type {Set<string>} */
  fresh: new Set(),

  onLoad() {
    const t = texts().atlas;
    this.fresh = new Set();
    this.setData({ t, scale: textScale(), emptySentence: fill(t.emptySentence, { all: CLASS_COUNT }) });
    // The first look at the history takes up the results of a time before there was an atlas.
    entries();
  },

  /** A result may have been corrected or deleted on its own page. */
  onShow() {
    showTitle(this.data.t.title);
    for (const { id, fresh } of meetings()) if (fresh) this.fresh.add(id);
    see();
    this.draw();
  },

  onReady() {
    // One page may not fill a tablet, and a list that does not scroll never loads more.
    this.more();
  },

  more() {
    if (this.wanted >= this.total) return;
    this.wanted += PAGE;
    this.draw();
  },

  /** Sets only what changed of the list. */
  draw() {
    const met = meetings();
    if (met.length === 0) return this.setData({ stage: 'empty', pages: [] });
    const { order, t, pages: before } = this.data;
    const { pages, total } = pagesOf(met, { order, fresh: this.fresh, wanted: this.wanted }, Date.now());
    this.total = total;
    /** @type {Record<string, any>} */
    const changes = {
      stage: 'shown',
      count: `${met.length}/${CLASS_COUNT}`,
      countLabel: fill(t.countLabel, { count: met.length, all: CLASS_COUNT }),
      percent: (met.length / CLASS_COUNT) * 100,
    };
    if (pages.length < before.length) changes.pages = pages;
    else {
      pages.forEach((page, index) => {
        if (JSON.stringify(page) !== JSON.stringify(before[index])) changes[`pages[${index}]`] = page;
      });
    }
    this.setData(changes);
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  arrange({ currentTarget }) {
    const { order } = currentTarget.dataset;
    if (order === this.data.order) return;
    this.wanted = PAGE;
    this.setData({ order, pages: [] });
    this.draw();
    this.more();
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  open({ currentTarget }) {
    const { id } = currentTarget.dataset;
    const found = meetings().find((meeting) => meeting.id === id);
    if (!found) return;
    const { at, number, result } = found;
    const day = relativeDay(at, Date.now(), texts().history);
    const met = fill(this.data.t.met, { day, number });
    this.setData({ reading: id, met, result: entry(result) ? result : '' });
  },

  seePhoto() {
    const { result } = this.data;
    this.setData({ reading: '' });
    wx.navigateTo({ url: `/pages/result/result?id=${result}` });
  },

  /** The picture is gone: a phone short of room may clear it away. @param {WechatMiniprogram.TouchEvent} event */
  miss({ currentTarget }) {
    const { cell, page } = currentTarget.dataset;
    this.setData({ [`pages[${page}].cells[${cell}].photo`]: '' });
  },

  shoot() {
    toCamera();
  },
});

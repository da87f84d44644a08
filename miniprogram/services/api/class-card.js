// @ts-check
const { authorised } = require('./authorised');
const { failure } = require('../http/failure');
const { hasForm, isFilledText, isName, read } = require('./schema');
const { request } = require('../http/client');
const { sequence } = require('../http/task');

/**
 * GET /classes/{id}: what people may like to read about a class. Kept once fetched, so that it is there offline.
 *
 * @typedef {Pick<import('../../contract').ClassCard, 'id' | 'pinyin' | 'about' | 'kind'>} ClassCard
 */

const STORAGE_KEY = 'class-cards';
/** Cards in the storage; each is below 1 KB, and the platform allows 1 MB a key. */
const KEPT = 300;
/** Milliseconds. The body is small. */
const TIME_LIMIT = 8000;

/** @type {import('./schema').Check} */
const isCard = hasForm({
  id: isFilledText,
  pinyin: isFilledText,
  about: isName,
  kind: hasForm({ id: isFilledText, name: isName }),
});

/** @returns {ClassCard[]} the one fetched last first */
function kept() {
  const stored = wx.getStorageSync(STORAGE_KEY);
  return Array.isArray(stored) ? stored.filter(isCard) : [];
}

/** @param {ClassCard} card */
function keep(card) {
  const others = kept().filter(({ id }) => id !== card.id);
  // If the phone has no room, the card is fetched again the next time.
  wx.setStorage({ key: STORAGE_KEY, data: [card, ...others].slice(0, KEPT), fail: () => {} });
}

/**
 * @param {string} id  of a class
 * @returns {ClassCard | null} null if it was never fetched, or long ago
 */
function keptCard(id) {
  return kept().find((card) => card.id === id) || null;
}

/**
 * @param {string} id  of a class
 * @returns {import('../http/task').Task<ClassCard>} fails with `not-found` if the server has no such card
 */
function fetchCard(id) {
  return sequence(async (run) => {
    const path = `/classes/${encodeURIComponent(id)}`;
    const body = await run(() =>
      authorised((server, header) => request({ url: server + path, method: 'GET', header, timeout: TIME_LIMIT }))
    );
    /** @type {ClassCard} */
    const { id: sent, pinyin, about, kind } = read(isCard, body);
    if (sent !== id) throw failure('wrong-form');
    const card = { id, pinyin, about, kind };
    keep(card);
    return card;
  });
}

module.exports = { keptCard, fetchCard, KEPT };

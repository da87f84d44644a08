// @ts-check
const { fill } = require('../../texts/texts');

/**
 * Formats the day of a moment relative to now.
 *
 * @param {number} moment  milliseconds since 1970
 * @param {number} now  the same
 * @param {import('../../texts/texts').Texts['history']} t
 * @returns {string} today, yesterday, a day of this year, or a day with its year; in the phone's time zone
 */
function relativeDay(moment, now, t) {
  const day = new Date(moment);
  const today = new Date(now);
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (day.toDateString() === today.toDateString()) return t.today;
  if (day.toDateString() === yesterday.toDateString()) return t.yesterday;
  const month = t.months[day.getMonth()] || '';
  const template = day.getFullYear() === today.getFullYear() ? t.dayOfYear : t.dayWithYear;
  return fill(template, { month, day: day.getDate(), year: day.getFullYear() });
}

module.exports = { relativeDay };

// @ts-check
const { CLASS_COUNT, meetings } = require('../../services/atlas/atlas');
const { fill, texts } = require('../../texts/texts');

/** A row that leads to the atlas, with how much was met. On a result that met a class first, it says so. */
Component({
  properties: {
    /** Id of the result that it stands on; '' elsewhere. */
    result: { type: String, value: '' },
    /** The user's correction of that result: it may take back what was met. */
    corrected: { type: Object, value: null },
  },
  data: {
    t: texts().atlas,
    count: '',
    label: '',
    /** Which one this result was the first of; '' if it was not. */
    number: '',
    /** Whether something was met since the atlas was looked at. */
    fresh: false,
  },
  observers: {
    'result, corrected'() {
      this.look();
    },
  },
  lifetimes: {
    attached() {
      this.look();
    },
  },
  pageLifetimes: {
    show() {
      this.look();
    },
  },
  methods: {
    look() {
      const t = texts().atlas;
      const met = meetings();
      const numbers = { count: met.length, all: CLASS_COUNT };
      const { result } = this.properties;
      const own = result ? met.find((meeting) => meeting.result === result) : undefined;
      this.setData({
        t,
        count: `${met.length}/${CLASS_COUNT}`,
        label: fill(t.linkLabel, numbers),
        number: own ? fill(t.number, { number: own.number }) : '',
        fresh: own ? own.fresh : met.some(({ fresh }) => fresh),
      });
    },

    open() {
      wx.navigateTo({ url: '/pages/atlas/atlas' });
    },
  },
});

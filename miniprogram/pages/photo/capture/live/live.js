// @ts-check
const { asFailure, failure } = require('../../../../services/http/failure');
const { isServerSet } = require('../../../../services/server/address');
const { openFrames } = require('../../../../services/live/frames');
const { recogniseLive } = require('../../../../services/live/live');
const { fill, texts } = require('../../../../texts/texts');

/** What ends a component that is on. @type {WeakMap<object, () => void>} */
const stops = new WeakMap();

/** Names over the moving picture of the camera below it, while they are switched on. They go into no history. */
Component({
  data: {
    t: texts().live,
    on: false,
    /** What stands over the picture; nothing if it is empty. */
    line: '',
    /** Whether that is a name. */
    named: false,
  },

  lifetimes: {
    attached() {
      this.setData({ t: texts().live });
    },
    detached() {
      this.stop();
    },
  },

  methods: {
    toggle() {
      if (this.data.on) this.stop();
      else this.start();
    },

    start() {
      const { t } = this.data;
      if (!isServerSet()) return this.fail(failure('address-not-set'));
      const frames = openFrames(() => this.surface());
      const task = recogniseLive(frames.next, {
        onName: (name) => this.say(name || t.looking, name !== ''),
        onWaiting: (seconds) => this.say(fill(t.waiting, { seconds })),
      });
      stops.set(this, () => {
        task.cancel();
        frames.close();
      });
      this.setData({ on: true });
      this.say(t.looking);
      task.promise.then((reason) => this.end(reason === 'over' ? t.over : t.noFrame)).catch((thrown) => this.fail(thrown));
    },

    /** @param {unknown} thrown */
    fail(thrown) {
      const { kind } = asFailure(thrown);
      if (kind !== 'cancelled') this.end(fill(this.data.t.failed, { title: texts().failures[kind].title }));
    },

    /** Also called by the viewfinder, when it takes a photo. */
    stop() {
      if (this.data.on) this.end('');
    },

    /** @param {string} line  why */
    end(line) {
      const stop = stops.get(this);
      stops.delete(this);
      if (stop) stop();
      this.setData({ on: false });
      this.say(line);
    },

    /** @param {string} line @param {boolean} [named] */
    say(line, named = false) {
      // A screen reader would repeat what did not change.
      if (line !== this.data.line) this.setData({ line, named });
    },

    /** @returns {Promise<import('../../../../services/live/frames').Surface>} */
    surface() {
      return new Promise((resolve) => {
        this.createSelectorQuery()
          .select('#surface')
          .fields({ node: true, size: true }, (found) => resolve({ .../** @type {any} */ (found), owner: this }))
          .exec();
      });
    },
  },
});

// @ts-check
const { asFailure } = require('../../../services/http/failure');
const { fetchThingPhoto, removeThingPhoto, undoRemoval } = require('../../../services/api/taught');
const { fill, texts } = require('../../../texts/texts');
const { sequence } = require('../../../services/http/task');

/**
 * @typedef {object} Photo
 * @property {number} number  of the photo in its thing
 * @property {string} path  of a temporary file; '' until it is here
 * @property {boolean} missed  whether it could not be fetched
 * @property {string} removeLabel  for a screen reader
 */

/** The requests of each sheet that is open. @type {WeakMap<object, import('../../../services/http/task').Task<void>>} */
const fetching = new WeakMap();

/**
 * The photos that a thing was taught by, to delete one that misleads.
 *
 * Events: `change` after one was deleted or has come back, `close`.
 */
Component({
  properties: {
    /** Id of the thing. */
    thing: { type: String, value: '' },
    name: { type: String, value: '' },
    /** Numbers of its photos. */
    numbers: { type: Array, value: /** @type {number[]} */ ([]) },
  },
  data: {
    t: texts().teaching.taught,
    heading: '',
    photos: /** @type {Photo[]} */ ([]),
    /** Line about the last deletion. */
    line: '',
    /** With which the last deletion is undone; '' if there is nothing to undo. */
    undo: '',
    busy: false,
  },
  lifetimes: {
    attached() {
      const t = texts().teaching.taught;
      this.setData({ t, heading: fill(t.photosTitle, { name: this.properties.name }) });
      this.show(this.properties.numbers);
    },
    detached() {
      const task = fetching.get(this);
      if (task) task.cancel();
    },
  },
  methods: {
    /** @param {number[]} numbers */
    show(numbers) {
      const known = new Map(this.data.photos.map((photo) => [photo.number, photo]));
      const { removePhoto } = texts().teaching.taught;
      const photos = numbers.map((number, index) => {
        const { path = '', missed = false } = known.get(number) || {};
        return { number, path, missed, removeLabel: fill(removePhoto, { number: index + 1 }) };
      });
      this.setData({ photos });
      this.fetch();
    },

    fetch() {
      const earlier = fetching.get(this);
      if (earlier) earlier.cancel();
      const task = sequence(async (run) => {
        for (const { number, path } of this.data.photos) {
          if (path) continue;
          /** @type {Partial<Photo>} */
          const found = await run(() => fetchThingPhoto(this.properties.thing, number)).then(
            (file) => ({ path: file, missed: false }),
            (thrown) => {
              if (asFailure(thrown).kind === 'cancelled') throw thrown;
              return { missed: true };
            }
          );
          const index = this.data.photos.findIndex((photo) => photo.number === number);
          if (index >= 0) this.setData({ [`photos[${index}]`]: { ...this.data.photos[index], ...found } });
        }
      });
      fetching.set(this, task);
      task.promise.catch(() => {});
    },

    /** @param {WechatMiniprogram.TouchEvent<{}, {}, {number: number}>} event */
    async remove({ currentTarget: { dataset } }) {
      const { number } = dataset;
      await this.change(async () => {
        const { undo = '' } = await removeThingPhoto(this.properties.thing, number).promise;
        this.setData({ line: this.data.t.removedPhoto, undo });
        this.show(this.data.photos.map((photo) => photo.number).filter((other) => other !== number));
      });
    },

    async undo() {
      await this.change(async () => {
        const { thing } = await undoRemoval(this.data.undo).promise;
        this.setData({ line: '', undo: '' });
        this.show(thing.photos);
      });
    },

    /** @param {() => Promise<void>} change  says why if it fails */
    async change(change) {
      if (this.data.busy) return;
      this.setData({ busy: true });
      try {
        await change();
        this.triggerEvent('change');
      } catch (thrown) {
        this.setData({ line: texts().failures[asFailure(thrown).kind].title });
      }
      this.setData({ busy: false });
    },

    close() {
      this.triggerEvent('close');
    },
  },
});

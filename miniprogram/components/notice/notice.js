// @ts-check

/** A title and a sentence about what went wrong or is missing, with a slot for actions. */
Component({
  properties: {
    heading: { type: String, value: '' },
    sentence: { type: String, value: '' },
  },
});

// @ts-check

/** The names with their probabilities as bars, most probable first; see rows.js. */
Component({
  properties: {
    /** Row[] */
    rows: { type: Array, value: [] },
    /** The network that answered, as a sentence. */
    by: { type: String, value: '' },
    heading: { type: String, value: '' },
  },
});

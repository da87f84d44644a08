// @ts-check

/** What went wrong or is missing, in a title and a sentence. What can be done about it goes into the slot. */
Component({
  properties: {
    heading: { type: String, value: '' },
    sentence: { type: String, value: '' },
  },
});

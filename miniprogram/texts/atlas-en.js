// @ts-check

/** @type {import('./zh').Texts['card']} */
const card = {
  info: 'About {name}',
  loading: 'Loading…',
  kind: 'Kind: {kind}',
  failed: 'Not loaded: {title}',
  none: 'This server has nothing to read about it.',
  retry: 'Try again',
};

/** @type {import('./zh').Texts['atlas']} */
const atlas = {
  title: 'Field guide',
  link: 'Field guide',
  linkLabel: 'Open the field guide: {count} of {all} met',
  countLabel: '{count} of {all} met',
  fresh: 'new',
  number: 'No. {number}',
  byTime: 'Latest',
  byGroup: 'By kind',
  groups: {
    dogs: 'Dogs',
    mammals: 'Other mammals',
    birds: 'Birds',
    reptiles: 'Reptiles and amphibians',
    fish: 'Fish',
    insects: 'Insects',
    animals: 'Other animals',
    food: 'Food',
    plants: 'Plants and mushrooms',
    vehicles: 'Vehicles',
    buildings: 'Buildings and structures',
    clothes: 'Clothes',
    music: 'Musical instruments',
    furniture: 'Furniture',
    sports: 'Sports and games',
    machines: 'Appliances and machines',
    scenes: 'Landscapes and people',
    things: 'Other things',
  },
  met: 'First met: {day}, no. {number}',
  seePhoto: 'See that result',
  emptyTitle: 'Nothing met yet',
  emptySentence: 'What is recognised with confidence for the first time comes into the field guide. There are {all} to meet.',
  shoot: 'Take a photo',
};

module.exports = { card, atlas };

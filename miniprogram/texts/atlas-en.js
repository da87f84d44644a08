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

/** @type {import('./zh').Texts['quiz']} */
const quiz = {
  title: 'Quiz',
  start: 'Quiz a friend',
  startSentence: 'Your friend gets the photo and {count} names, and the answer only after choosing one.',
  send: 'Send to a friend',
  poster: 'Share as picture',
  drawing: 'Drawing…',
  failed: 'The picture was not drawn. Please try again.',
  question: 'What is this?',
  upsideDown: 'Answer: {name}',
  friend: 'What did your friend find?',
  look: 'The photo is on the card that your friend sent. Choose a name.',
  right: 'Right!',
  wrong: 'Not quite',
  answer: 'It was recognised as {name}.',
  choiceRight: '{name}, the answer',
  choiceWrong: '{name}, your choice, wrong',
  shoot: 'Take a photo, too',
  goneTitle: 'This quiz does not open',
  goneSentence: 'Its link is incomplete. Ask your friend to send it again.',
};

module.exports = { card, atlas, quiz };

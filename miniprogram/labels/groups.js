// @ts-check

/**
 * Groups of the ImageNet classes, as the atlas lists them: each class is in one of them.
 * Generated from shared/labels/; `node_modules/.bin/vitest run tests/miniprogram/labels -u` writes it anew.
 */

const GROUPS = /** @type {const} */ ([
  'dogs',
  'mammals',
  'birds',
  'reptiles',
  'fish',
  'insects',
  'animals',
  'food',
  'plants',
  'vehicles',
  'buildings',
  'clothes',
  'music',
  'furniture',
  'sports',
  'machines',
  'scenes',
  'things',
]);

/** The group of each class, in the order of CLASSES in imagenet.js: a letter, `a` for the first. */
const GROUP_LETTERS = [
  'eeeeeeeccccccccccccccccccddddddddddddddddddddddddddddddddddddddddddddgggggggggggcccccccccccccccccccc',
  'cbbbbbbggggggggggggggggggggccccccccccccccccccccbbbbaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
  'fffffffffffffffffffffffffffgggbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbeeeeeeeeepl',
  'lmmjjjkjjrklrrrkojrrmkonkkrrjoonmlrrjkrlrrrrjlrrrkjllnkrrlklkrrrrljkjrrrjrlrrrrrprpkjpmprkrprnmnlkkr',
  'krrrrrkrpkjjrmrlnrlrnrorrknpplrrnrprkjrrrmroprmjnrprlnjjrrmnljkrnjmrljrrrjojjmlmkkkrrrjrrrprrmmprrkk',
  'rlojrpprljlojpllrlrrprrrkjrjjrrrrrkrrrllrmmlrrrrnkrplrjljjlrjjpkpjrlkrjjkrrjrrrrrpkmmrrmpljrrrrrrlkm',
  'rronrjkpkrrrrrrrkjrrrrorjrrkrkrrrrjlnrrrprpkrrrorrrjrrrrrjrrprkrrnprorrrrrrlmrrjjkrrrlprkrrjrlrrrrpk',
  'prjjrolrlrrrjrjrrjrrjkmrlkrrrjrnkjlrrrrkrllrrrnjprrrorrrpnrpknrkjkjjrljjrkjmrkrrjmprrrplkmoprrnjrprr',
  'rrrlrrlrrrrrkjjkprorrrhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhqrqqqqqqqqqqqqiiiiiiiiiiiiiiir',
].join('');

module.exports = { GROUPS, GROUP_LETTERS };

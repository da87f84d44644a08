import { afterEach, beforeEach, expect, it } from 'vitest';
import { load } from '../../sources.js';

const { answerConsent, consentProblem, onConsentNeeded } = load('services/device/privacy.js');

/** @type {(resolve: (answer: object) => void) => void} */
let need;

beforeEach(() => {
  globalThis.wx = { onNeedPrivacyAuthorization: (listener) => (need = listener) };
});
afterEach(() => {
  delete globalThis.wx;
});

it('one answer is given to everything that waits for it, once', () => {
  const [camera, album] = [[], []];
  let shown = 0;
  onConsentNeeded(() => (shown += 1));
  need((answer) => camera.push(answer.event));
  need((answer) => album.push(answer.event));
  answerConsent({ event: 'agree', buttonId: 'agree' });
  answerConsent({ event: 'disagree' });
  expect(shown).toBe(2);
  expect(camera).toEqual(['exposureAuthorization', 'agree']);
  expect(album).toEqual(['exposureAuthorization', 'agree']);
});

it.each([
  [{ errMsg: 'chooseMedia:fail x', errno: 104 }, 'no-consent'],
  [{ errMsg: 'chooseMedia:fail privacy permission is not authorized' }, 'no-consent'],
  [{ errMsg: 'chooseMedia:fail x', errno: 112 }, 'undeclared'],
  [{ errMsg: 'chooseMedia:fail api scope is not declared in the privacy agreement' }, 'undeclared'],
  [{ errMsg: 'chooseMedia:fail the privacy service is busy' }, null],
  [{ errMsg: 'chooseMedia:fail cancel' }, null],
  [{}, null],
])('%j has to do with consent: %s', (failure, problem) => {
  expect(consentProblem(failure)).toBe(problem);
});

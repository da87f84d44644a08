import { afterEach, beforeEach, expect, it } from 'vitest';
import { load } from '../../sources.js';

const { answerConsent, onConsentNeeded } = load('services/device/privacy.js');

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

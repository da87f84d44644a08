import { describe, expect, it } from 'vitest';
import { load } from '../sources.js';

const { nextState, INITIAL, SENDING } = load('pages/photo/journey-state.js');
const { failure } = load('services/http/failure.js');

const READING = { ...SENDING, phase: 'reading', percent: 100 };

/** One of each event, of the second attempt. @type {Record<string, any>} */
const EVENTS = {
  show: { type: 'show' },
  hide: { type: 'hide' },
  unload: { type: 'unload' },
  take: { type: 'take', photo: 'new.jpg' },
  cancel: { type: 'cancel' },
  retry: { type: 'retry' },
  skip: { type: 'skip' },
  'open-album': { type: 'open-album' },
  'close-album': { type: 'close-album', photo: '' },
  chosen: { type: 'close-album', photo: 'new.jpg' },
  progress: { type: 'progress', attempt: 2, progress: READING },
  recognised: { type: 'recognised', attempt: 2, entryId: 'r2' },
  fail: { type: 'fail', attempt: 2, failure: failure('internal') },
  'result-opened': { type: 'result-opened' },
  connection: { type: 'connection', online: true },
};

/** @param {object} state  what is different from a visible page with the second attempt at old.jpg */
const journey = (state) => ({ ...INITIAL, visible: true, photo: 'old.jpg', attempt: 2, ...state });

/** Each state on a visible page without an album; `recognised` stays only under one. @type {Record<string, any>} */
const STATES = {
  aim: journey({ photo: '' }),
  recognising: journey({ stage: 'recognising' }),
  recognised: journey({ stage: 'recognised', entryId: 'r2', albumOpen: true }),
  opening: journey({ stage: 'opening', entryId: 'r2' }),
  failed: journey({ stage: 'failed', failure: failure('internal') }),
  closed: journey({ stage: 'closed' }),
};

/** State, event and the stage that follows; every other event leaves the stage. */
const CHANGES = {
  aim: { take: 'recognising', unload: 'closed' },
  recognising: { take: 'recognising', chosen: 'recognising', cancel: 'aim', 'result-opened': 'aim', recognised: 'opening', fail: 'failed', unload: 'closed' },
  recognised: { take: 'recognising', chosen: 'recognising', cancel: 'aim', 'result-opened': 'aim', 'close-album': 'opening', unload: 'closed' },
  opening: { take: 'recognising', chosen: 'recognising', cancel: 'aim', 'result-opened': 'aim', unload: 'closed' },
  failed: { take: 'recognising', chosen: 'recognising', retry: 'recognising', cancel: 'aim', skip: 'aim', unload: 'closed' },
  closed: {},
};

/** Events that a state ignores altogether. */
const IGNORED = {
  aim: ['cancel', 'retry', 'skip', 'progress', 'recognised', 'fail', 'result-opened', 'connection'],
  recognising: ['retry', 'skip', 'connection'],
  recognised: ['retry', 'skip', 'progress', 'recognised', 'fail', 'connection'],
  opening: ['retry', 'skip', 'progress', 'recognised', 'fail', 'connection'],
  failed: ['progress', 'recognised', 'fail', 'result-opened'],
  closed: Object.keys(EVENTS),
};

describe.each(Object.keys(STATES))('%s', (stage) => {
  it.each(Object.keys(EVENTS))('on %s', (event) => {
    const before = STATES[stage];
    const frozen = structuredClone(before);
    const after = nextState(before, EVENTS[event]);
    expect(after.stage).toBe(CHANGES[stage][event] ?? stage);
    if (IGNORED[stage].includes(event)) expect(after).toBe(before);
    else expect(after).not.toBe(before);
    expect(structuredClone(before)).toEqual(frozen);
  });
});

describe('a recognition', () => {
  it.each([
    ['a photo that was taken', 'aim', EVENTS.take],
    ['a photo that was chosen instead', 'failed', EVENTS.chosen],
    ['a photo that was chosen before the result was seen', 'recognised', EVENTS.chosen],
  ])('starts anew with %s', (_, stage, event) => {
    const before = { ...STATES[stage], progress: READING, resent: { interrupted: true, online: true } };
    expect(nextState(before, event)).toEqual(journey({ stage: 'recognising', photo: 'new.jpg', attempt: 3 }));
  });

  it('starts anew with the same photo on a retry', () => {
    const before = { ...STATES.failed, resent: { interrupted: true, online: true } };
    expect(nextState(before, EVENTS.retry)).toEqual(journey({ stage: 'recognising', attempt: 3 }));
  });

  it.each(['progress', 'recognised', 'fail'])('of an earlier attempt is ignored: %s', (event) => {
    expect(nextState(STATES.recognising, { ...EVENTS[event], attempt: 1 })).toBe(STATES.recognising);
  });

  it('shows progress once, and each second of a countdown', () => {
    const reading = nextState(STATES.recognising, EVENTS.progress);
    expect(reading.progress).toBe(READING);
    expect(nextState(reading, { ...EVENTS.progress, progress: { ...READING } })).toBe(reading);
    const queueing = { ...EVENTS.progress, progress: { ...SENDING, phase: 'queueing', seconds: 3 } };
    const waiting = nextState(reading, queueing);
    expect(nextState(waiting, { ...queueing, progress: { ...queueing.progress, seconds: 2 } }).progress.seconds).toBe(2);
  });

  it('leaves nothing behind when it is cancelled', () => {
    expect(nextState({ ...STATES.recognising, progress: READING }, EVENTS.cancel)).toEqual(STATES.aim);
  });
});

describe('a result', () => {
  it.each([
    ['the page is hidden', { visible: false }, EVENTS.show],
    ['the album is open', { albumOpen: true }, EVENTS['close-album']],
  ])('waits while %s', (_, context, event) => {
    const waiting = nextState({ ...STATES.recognising, ...context }, EVENTS.recognised);
    expect(waiting).toMatchObject({ stage: 'recognised', entryId: 'r2' });
    expect(nextState(waiting, event)).toMatchObject({ stage: 'opening', entryId: 'r2', visible: true, albumOpen: false });
  });

  it('that was opened leaves the camera', () => {
    expect(nextState(STATES.opening, EVENTS['result-opened'])).toEqual(STATES.aim);
  });

  it('stays with a page that was unloaded before it was seen', () => {
    expect(nextState(STATES.recognised, EVENTS.unload)).toMatchObject({ stage: 'closed', entryId: 'r2' });
  });
});

/** @param {string} kind @param {object} [state] */
const fail = (kind, state) => nextState({ ...STATES.recognising, ...state }, { ...EVENTS.fail, failure: failure(kind) });

describe('a photo that failed', () => {
  it('keeps its failure, and forgets a connection that came back before', () => {
    const online = nextState(STATES.failed, EVENTS.connection);
    const again = nextState(nextState(online, EVENTS.retry), { ...EVENTS.fail, attempt: 3, failure: failure('offline') });
    expect(again).toMatchObject({ stage: 'failed', photo: 'old.jpg', failure: { kind: 'offline' }, online: false });
  });

  it('because it was interrupted is resent once, as soon as the page is visible', () => {
    expect(fail('interrupted')).toEqual(journey({ stage: 'recognising', attempt: 3, resent: { interrupted: true, online: false } }));
    const hidden = fail('interrupted', { visible: false });
    expect(hidden.stage).toBe('failed');
    expect(nextState(hidden, EVENTS.show).stage).toBe('recognising');
    expect(fail('interrupted', { resent: { interrupted: true, online: false } }).stage).toBe('failed');
  });

  it.each(['offline', 'unreachable'])('because of the connection (%s) is resent once it is back', (kind) => {
    const failed = fail(kind);
    expect(nextState(failed, { type: 'connection', online: false }).stage).toBe('failed');
    expect(nextState(failed, EVENTS.connection)).toMatchObject({ stage: 'recognising', attempt: 3, resent: { interrupted: false, online: true } });
    const again = fail(kind, { resent: { interrupted: false, online: true } });
    expect(nextState(again, EVENTS.connection).stage).toBe('failed');
  });

  it('waits for the album before it is resent', () => {
    const back = nextState(fail('offline', { albumOpen: true }), EVENTS.connection);
    expect(back).toMatchObject({ stage: 'failed', online: true });
    expect(nextState(back, EVENTS['close-album']).stage).toBe('recognising');
  });

  it('for another reason is not resent by itself', () => {
    expect(nextState(fail('internal'), EVENTS.connection)).toMatchObject({ stage: 'failed', online: true });
  });
});

describe('several photos', () => {
  const MANY = nextState(STATES.aim, { type: 'take', photo: '1.jpg', rest: ['2.jpg', '3.jpg'] });
  const SECOND = nextState(MANY, { ...EVENTS.recognised, attempt: 3 });

  it('are recognised one after the other, and only the last result opens', () => {
    expect(MANY).toMatchObject({ stage: 'recognising', photo: '1.jpg', place: 1, total: 3, attempt: 3 });
    expect(SECOND).toMatchObject({ stage: 'recognising', photo: '2.jpg', rest: ['3.jpg'], place: 2, total: 3, attempt: 4, entryId: '' });
    const third = nextState(SECOND, { ...EVENTS.recognised, attempt: 4 });
    expect(third).toMatchObject({ photo: '3.jpg', rest: [], place: 3 });
    expect(nextState(third, { ...EVENTS.recognised, attempt: 5 })).toMatchObject({ stage: 'opening', entryId: 'r2', total: 3 });
  });

  it('stop at one that failed, which is tried again or skipped', () => {
    const failed = nextState(SECOND, { ...EVENTS.fail, attempt: 4 });
    expect(failed).toMatchObject({ stage: 'failed', photo: '2.jpg', rest: ['3.jpg'] });
    expect(nextState(failed, EVENTS.retry)).toMatchObject({ stage: 'recognising', photo: '2.jpg', rest: ['3.jpg'], place: 2 });
    expect(nextState(failed, EVENTS.skip)).toMatchObject({ stage: 'recognising', photo: '3.jpg', rest: [], place: 3 });
  });

  it('are all given up when they are cancelled, or another is taken', () => {
    expect(nextState(SECOND, EVENTS.cancel)).toEqual({ ...STATES.aim, attempt: 4 });
    expect(nextState(SECOND, EVENTS.take)).toMatchObject({ photo: 'new.jpg', rest: [], place: 1, total: 1 });
  });
});

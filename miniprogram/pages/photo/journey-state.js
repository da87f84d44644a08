// @ts-check

/**
 * The journey of one photo from the camera to its result, or of several one after the other, as a pure reducer: state
 * and event to state.
 *
 * - `aim`: no photo yet
 * - `recognising`: the photo is compressed, sent, recognised and its result stored
 * - `recognised`: the last result is stored; it opens as soon as the page is visible and the album closed
 * - `opening`: WeChat opens the result page
 * - `failed`: no result
 * - `closed`: the page was unloaded
 *
 * @typedef {'aim' | 'recognising' | 'recognised' | 'opening' | 'failed' | 'closed'} Stage
 * @typedef {import('../../services/http/failure').Failure} Failure
 * @typedef {import('./waiting/waiting').Progress} Progress
 *
 * @typedef {object} Journey
 * @property {Stage} stage
 * @property {boolean} visible  whether the page is visible
 * @property {boolean} albumOpen  to choose another photo; until it closes nothing starts or opens by itself
 * @property {string} photo  path; '' in `aim`
 * @property {string[]} rest  paths of the photos that follow
 * @property {number} place  of the photo among all that were chosen together, from 1
 * @property {number} total  photos that were chosen together
 * @property {number} attempt  counts recognitions; events of an earlier one are ignored
 * @property {Progress} progress
 * @property {string} entryId  of the result in the history, in `recognised` and `opening`; else ''
 * @property {Failure | null} failure  in `failed`; else null
 * @property {boolean} online  whether the connection came back since it failed
 * @property {{interrupted: boolean, online: boolean}} resent  reasons for which the photo was resent automatically, once each
 *
 * @typedef {{type: 'show'} | {type: 'hide'} | {type: 'unload'}
 *   | {type: 'take', photo: string, rest?: string[]} | {type: 'cancel'} | {type: 'retry'} | {type: 'skip'}
 *   | {type: 'open-album'} | {type: 'close-album', photo: string}
 *   | {type: 'progress', attempt: number, progress: Progress}
 *   | {type: 'recognised', attempt: number, entryId: string}
 *   | {type: 'fail', attempt: number, failure: Failure}
 *   | {type: 'result-opened'} | {type: 'connection', online: boolean}} JourneyEvent  `photo`: path; '' if none was chosen
 *
 * @typedef {{[Type in JourneyEvent['type']]?: (state: Journey, event: Extract<JourneyEvent, {type: Type}>) => Journey}} Transitions
 */

/** @type {Progress} */
const SENDING = { phase: 'sending', percent: 0, warming: null, seconds: 0 };

/** Initial state of a photo. */
const FRESH = { progress: SENDING, entryId: '', failure: null, online: false };

const NOT_RESENT = { interrupted: false, online: false };

/** @type {Journey} */
const INITIAL = {
  ...FRESH,
  ...{ stage: 'aim', visible: false, albumOpen: false, photo: '', attempt: 0, resent: NOT_RESENT },
  ...{ rest: [], place: 1, total: 1 },
};

/**
 * @param {Journey} state
 * @param {Partial<Journey>} changes
 * @returns {Journey}
 */
function recognise(state, changes) {
  return { ...state, ...FRESH, stage: 'recognising', attempt: state.attempt + 1, resent: NOT_RESENT, ...changes };
}

/**
 * @param {Journey} state
 * @param {string} photo
 * @param {string[]} [rest]  photos that follow
 * @returns {Journey}
 */
function begin(state, photo, rest = []) {
  return recognise(state, { photo, rest, place: 1, total: rest.length + 1 });
}

/**
 * @param {Journey} state
 * @returns {Journey | null} with the next of several photos; null if this was the last
 */
function goOn(state) {
  const [photo, ...rest] = state.rest;
  return photo === undefined ? null : recognise(state, { photo, rest, place: state.place + 1 });
}

/** @type {(state: Journey) => Journey} */
const toCamera = (state) => ({ ...state, ...FRESH, stage: 'aim', photo: '', rest: [], place: 1, total: 1 });

/** @type {Transitions} */
const ANY_TIME = {
  take: (state, { photo, rest }) => begin(state, photo, rest),
  show: (state) => ({ ...state, visible: true }),
  hide: (state) => ({ ...state, visible: false }),
  'open-album': (state) => ({ ...state, albumOpen: true }),
  // In `aim` the journey was cancelled meanwhile, so a chosen photo is dropped.
  'close-album': (state) => ({ ...state, albumOpen: false }),
  unload: (state) => ({ ...state, stage: 'closed' }),
};

/** @type {Transitions} */
const WITH_PHOTO = {
  ...ANY_TIME,
  'close-album': (state, { photo }) => {
    const closed = { ...state, albumOpen: false };
    return photo ? begin(closed, photo) : closed;
  },
  cancel: toCamera,
};

/** @type {Transitions} */
const WAITING = {
  ...WITH_PHOTO,
  // Also if an earlier result was opened: the user comes back to the camera.
  'result-opened': toCamera,
};

/**
 * Every other event is ignored.
 *
 * @type {Record<Stage, Transitions>}
 */
const TRANSITIONS = {
  aim: ANY_TIME,
  recognising: {
    ...WAITING,
    progress: (state, { attempt, progress }) =>
      attempt === state.attempt && isChange(state.progress, progress) ? { ...state, progress } : state,
    recognised: (state, { attempt, entryId }) =>
      attempt === state.attempt ? goOn(state) || { ...state, stage: 'recognised', entryId } : state,
    fail: (state, { attempt, failure }) => (attempt === state.attempt ? { ...state, stage: 'failed', failure } : state),
  },
  recognised: WAITING,
  opening: WAITING,
  failed: {
    ...WITH_PHOTO,
    retry: (state) => recognise(state, {}),
    skip: (state) => goOn(state) || toCamera(state),
    connection: (state, { online }) => ({ ...state, online }),
  },
  closed: {},
};

/**
 * Whether progress changed: WeChat reports the same percent many times, a countdown changes each second.
 *
 * @param {Progress} before
 * @param {Progress} now
 * @returns {boolean}
 */
function isChange(before, now) {
  const countsDown = now.phase === 'queueing' || now.phase === 'warming';
  return countsDown || now.phase !== before.phase || now.percent !== before.percent;
}

/**
 * @param {Journey} state
 * @returns {'interrupted' | 'online' | null} why to resend the photo automatically
 */
function resendReason({ failure, online, resent }) {
  const kind = failure && failure.kind;
  if (kind === 'interrupted') return resent.interrupted ? null : 'interrupted';
  const isOffline = kind === 'offline' || kind === 'unreachable';
  return isOffline && online && !resent.online ? 'online' : null;
}

/**
 * The automatic transitions of a visible page with the album closed.
 *
 * @param {Journey} state
 * @returns {Journey}
 */
function settled(state) {
  if (!state.visible || state.albumOpen) return state;
  if (state.stage === 'recognised') return { ...state, stage: 'opening' };
  const reason = state.stage === 'failed' && resendReason(state);
  return reason ? recognise(state, { resent: { ...state.resent, [reason]: true } }) : state;
}

/**
 * @param {Journey} state
 * @param {JourneyEvent} event
 * @returns {Journey} the same object if the event is ignored
 */
function nextState(state, event) {
  /** @type {((state: Journey, event: any) => Journey) | undefined} */
  const transition = TRANSITIONS[state.stage][event.type];
  return transition ? settled(transition(state, event)) : state;
}

module.exports = { nextState, INITIAL, SENDING };

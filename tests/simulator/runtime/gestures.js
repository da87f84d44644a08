import { glassEasel } from 'glass-easel-miniprogram-adapter';

const LONG_PRESS_MS = 350;
const STILL_PX = 10;
const TOUCHES = {
  pointerdown: 'touchstart',
  pointermove: 'touchmove',
  pointerup: 'touchend',
  pointercancel: 'touchcancel',
};

/**
 * Turns what the browser tells about fingers, mouse and keyboard into the platform's bubbling events.
 *
 * @param {import('./phone.js').Phone} phone
 * @param {HTMLElement} area that the pages are in
 * @returns {void}
 */
export function listenForGestures(phone, area) {
  let press = undefined;
  /** @type {Map<number, PointerEvent>} fingers on the glass */
  const fingers = new Map();
  const cancelPress = () => {
    clearTimeout(press?.timer);
    press = undefined;
  };
  for (const [pointerType, type] of Object.entries(TOUCHES)) {
    area.addEventListener(pointerType, (event) => {
      const pointer = /** @type {PointerEvent} */ (event);
      if (type === 'touchmove' && !fingers.has(pointer.pointerId)) return;
      if (type === 'touchstart' || type === 'touchmove') fingers.set(pointer.pointerId, pointer);
      else fingers.delete(pointer.pointerId);
      send(phone, event, type, [pointer], [...fingers.values()]);
      if (type === 'touchstart' && fingers.size > 1) cancelPress();
      else if (type === 'touchstart') {
        phone.longPressed = false;
        press = {
          x: pointer.clientX,
          y: pointer.clientY,
          timer: setTimeout(() => send(phone, event, 'longpress', [pointer]), LONG_PRESS_MS),
        };
      } else if (type !== 'touchmove' || (press && moved(press, pointer))) cancelPress();
    });
  }
  area.addEventListener('click', (event) => {
    // A handled long press is not a tap as well.
    if (!phone.longPressed) send(phone, event, 'tap', [event]);
    phone.longPressed = false;
  });
  for (const type of ['transitionend', 'animationstart', 'animationiteration', 'animationend']) {
    area.addEventListener(type, (event) => send(phone, event, type, []));
  }
}

/** @param {{x: number, y: number}} press @param {PointerEvent} pointer @returns {boolean} */
function moved(press, pointer) {
  return Math.hypot(pointer.clientX - press.x, pointer.clientY - press.y) > STILL_PX;
}

/** A canvas counts from its own corner as well. */
function within(canvas, pointer) {
  const { left, top } = canvas.getBoundingClientRect();
  return { x: pointer.clientX - left, y: pointer.clientY - top };
}

/**
 * @param {import('./phone.js').Phone} phone
 * @param {any} original
 * @param {string} type
 * @param {MouseEvent[]} pointers that changed
 * @param {MouseEvent[]} [fingers] that are on the glass now
 * @returns {void}
 */
function send(phone, original, type, pointers, fingers = pointers) {
  let element = original.target;
  while (element && !element.__wxElement) element = element.parentNode;
  if (!element) return;
  // A page's coordinates begin under the navigation bar; pageY also counts what is scrolled away.
  const { left, top } = phone.pagesElement.getBoundingClientRect();
  const { scrollTop } = phone.router.current.element;
  const place = (/** @type {any} */ pointer) => {
    const [clientX, clientY] = [pointer.clientX - left, pointer.clientY - top];
    const identifier = pointer.pointerId ?? 0;
    const point = { identifier, clientX, clientY, pageX: clientX, pageY: clientY + scrollTop };
    return original.target.localName === 'canvas' ? { ...point, ...within(original.target, pointer) } : point;
  };
  const points = pointers.map(place);
  const detail = type === 'tap' || type === 'longpress' ? { x: points[0].clientX, y: points[0].clientY } : {};
  const event = new glassEasel.Event(type, detail, {
    originalEvent: original,
    bubbles: true,
    composed: true,
    capturePhase: true,
    extraFields: { touches: fingers.map(place), changedTouches: points },
  });
  glassEasel.Event.dispatchEvent(element.__wxElement, event);
}

/**
 * The event that a handler gets: plain data, as it arrives on a phone.
 *
 * @param {any} event of the framework
 * @returns {Record<string, any>}
 */
export function platformEvent(event) {
  const { touches = [], changedTouches = [] } = event.extraFields ?? {};
  return {
    type: event.getEventName(),
    timeStamp: event.timeStamp,
    target: place(event.target),
    currentTarget: place(event.currentTarget),
    mark: { ...event.mark },
    detail: event.detail,
    touches,
    changedTouches,
  };
}

/** @param {any} target a component's instance or an element @returns {Record<string, any>} */
function place(target) {
  const node = target._$ ?? target;
  const element = node.getBackendElement?.();
  return {
    id: node.id ?? '',
    dataset: { ...node.dataset },
    offsetLeft: element?.offsetLeft ?? 0,
    offsetTop: element?.offsetTop ?? 0,
  };
}

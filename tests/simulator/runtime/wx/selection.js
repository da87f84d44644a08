/** @param {import('../phone.js').Phone} phone @returns {Record<string, any>} */
export function selectionMembers(phone) {
  return { createSelectorQuery: () => phone.router.current.instance.createSelectorQuery() };
}

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

module.exports = { card };

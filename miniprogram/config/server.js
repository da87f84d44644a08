// @ts-check

/**
 * Address of the PaiShi server, for each version of the mini-program.
 *
 * `trial` (体验版) and `release` (正式版) need HTTPS and a domain that is listed in the WeChat console
 * under 开发管理 → 服务器域名, as request, uploadFile and downloadFile domain. An address that ends in
 * `.invalid` counts as not set, and the page shows that. In the settings users may give another one: any in `develop`
 * and `trial`, one of their local network in `release`.
 *
 * @type {Record<'develop' | 'trial' | 'release', string>}
 */
const SERVERS = {
  develop: 'http://127.0.0.1:5000',
  trial: 'https://example.invalid',
  release: 'https://example.invalid',
};

module.exports = { SERVERS };

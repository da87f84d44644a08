// @ts-check

/**
 * Address of the PaiShi server, for each version of the mini-program.
 *
 * `trial` (体验版) and `release` (正式版) need HTTPS and a domain that is listed in the WeChat console
 * under 开发管理 → 服务器域名, as request, uploadFile and downloadFile domain. An address that ends in
 * `.invalid` counts as not set, and the page shows that. In the settings users may give another one: any in `develop`
 * and `trial`, one of their local network in `release`.
 *
 * `cloud:ENV/SERVICE` means a service of 微信云托管 that this mini-program may call: environment id and name of the service, as
 * its console shows them. That needs no domain and no login, and works in every version.
 *
 * @type {Record<'develop' | 'trial' | 'release', string>}
 */
const SERVERS = {
  develop: 'http://127.0.0.1:5000',
  trial: 'https://example.invalid',
  release: 'https://example.invalid',
};

module.exports = { SERVERS };

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { example, load, loadAnew } from '../sources.js';
import { startServer } from '../server.js';
import { platform } from './platform.js';

const ANSWER = JSON.parse(example('predictions'));

/** @type {Awaited<ReturnType<typeof platform>>} */
let device;
/** @type {import('../server.js').TestServer} */
let server;
/** @type {any} */
let stored;
/** @type {any} */
let history;
/** @type {any} */
let session;
/** @type {any} */
let language;

/** The app starts again on the same phone. */
function restart() {
  stored = loadAnew('services/storage-usage.js');
  [history, session, language] = ['history/history', 'api/session', 'text/language'].map((path) => load(`services/${path}.js`));
}

beforeEach(async () => {
  server = await startServer();
  device = await platform({ server: server.address, page: 'pages/settings/settings' });
  restart();
});
afterEach(async () => {
  await device.close();
  await server.close();
});

describe('what is stored', () => {
  it('is counted as it lies there, not as somebody remembers it', async () => {
    await history.remember({ photo: device.photo(), answer: ANSWER });
    const before = await stored.storageUsage();
    expect(before).toMatchObject({ results: 1, session: false, corrections: 0 });
    device.files.writeFileSync(`${device.wx.env.USER_DATA_PATH}/history/leftover.jpg`, 'x'.repeat(5000));
    expect((await stored.storageUsage()).bytes).toBe(before.bytes + 5000);
  });
});

describe('a login that is under way', () => {
  it('leaves nothing behind when everything is forgotten meanwhile', async () => {
    let answer = () => {};
    const body = JSON.parse(example('session'));
    server.on('POST /session', () => new Promise((resolve) => (answer = () => resolve({ body }))));
    const token = session.otherToken(server.address, '').promise;
    await expect.poll(() => server.to('/session')).toHaveLength(1);
    expect(await stored.forgetEverything()).toBe(true);
    answer();
    expect(await token).toBe(body.token);
    expect(session.hasSession()).toBe(false);
    expect(device.wx.getStorageInfoSync().keys).toEqual([]);
  });

  it('is kept otherwise', async () => {
    server.requireSession();
    await session.otherToken(server.address, '').promise;
    expect(session.hasSession()).toBe(true);
  });
});

describe('the language', () => {
  it('that is stored counts before that of WeChat, and nonsense does not', () => {
    device.wx.setStorageSync('language', 'en');
    restart();
    expect(language.language()).toBe('en');
    device.wx.setStorageSync('language', { no: 'language' });
    restart();
    expect(language.languageChoice()).toBe('system');
    expect(language.language()).toBe(device.wx.getAppBaseInfo().language);
  });

  it('is that of WeChat again after everything was forgotten', async () => {
    expect(language.chooseLanguage('en')).toBe(true);
    await stored.forgetEverything();
    expect(language.languageChoice()).toBe('system');
  });
});

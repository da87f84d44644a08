import { beforeEach, describe, expect, it } from 'vitest';
import { example, load } from '../sources.js';
import { problem } from '../server.js';
import { aroundEachTest, open, phone, server } from './around.js';
import { TRUSTING } from './phone.js';

aroundEachTest({ phone: TRUSTING });

const { WAITS, LONGEST_WAIT } = load('services/api/authorised.js');

/** @param {object} [options] @returns {Promise<void>} a photo is on its way */
async function shoot(options) {
  await open(options);
  await phone.tap('拍照');
}

/** @returns {Promise<void>} */
const recognised = () => phone.reads('印度象');
/** @returns {Promise<void>} */
const failed = () => phone.until(() => expect(phone.page.data.stage).toBe('failed'));

const REFUSED = problem('problem', { code: 'not-authorised', status: 401 });
const BUSY = problem('problem', { code: 'overloaded', status: 503, retry_after: 0.05 });

/** @param {Record<string, unknown>} [changes] @returns {object} what is in the phone's storage from earlier */
function held(changes) {
  const now = Date.now();
  // Where the page believes the server to be: that is whom the token was given by.
  const session = { server: 'http://127.0.0.1:5000', token: 'mine', renewAt: now + 9e5, until: now + 1e6 };
  return { storage: { session: { ...session, ...changes } } };
}

/** @param {string} path @returns {(string | undefined)[]} what the requests to it showed */
const shown = (path) => server.to(path).map(({ headers }) => headers.authorization);

/** @returns {any} what is stored on the phone */
const stored = () => JSON.parse(phone.window.localStorage.getItem('simulator:session') ?? '{}').data;

describe('a server that lets everybody in', () => {
  it('is never logged in to, and is shown nothing', async () => {
    await shoot();
    await recognised();
    expect(phone.called('login')).toBe(0);
    expect(server.to('/session')).toEqual([]);
    expect(shown('/predict')).toEqual([undefined]);
  });
});

describe('a server that wants to know who it is', () => {
  beforeEach(() => {
    server.requireSession();
    server.on('POST /predict', { body: example('predictions') });
  });

  it('gets a login that nobody sees, and the photo once more', async () => {
    await shoot();
    await recognised();
    const [login] = server.to('/session');
    expect(JSON.parse(login.body).code).toMatch(/^simulated-/);
    expect(login.headers['content-type']).toContain('application/json');
    expect(shown('/predict')).toEqual([undefined, 'Bearer token-1']);
    expect(stored()).toMatchObject({ server: 'http://127.0.0.1:5000', token: 'token-1' });
  });

  it('gets the token that is there from earlier at once', async () => {
    server.allow('mine');
    await shoot(held());
    await recognised();
    expect(shown('/predict')).toEqual(['Bearer mine']);
    expect(phone.called('login')).toBe(0);
  });

  it('gets a new login where it forgot the token', async () => {
    await shoot(held());
    await recognised();
    expect(shown('/predict')).toEqual(['Bearer mine', 'Bearer token-1']);
  });

  it('gets a fresh token beforehand where the old one is over, and the photo once only', async () => {
    await shoot(held({ renewAt: 1, until: 2 }));
    await recognised();
    expect(shown('/predict')).toEqual(['Bearer token-1']);
  });

  it('gets the old token while it is good still, and a fresh one is fetched beside it', async () => {
    server.allow('mine');
    await shoot(held({ renewAt: 1 }));
    await recognised();
    expect(shown('/predict')).toEqual(['Bearer mine']);
    await phone.until(() => expect(stored().token).toBe('token-2'));
  });

  it('never gets the token of another server', async () => {
    await shoot(held({ server: 'https://example.invalid' }));
    await recognised();
    expect(shown('/predict')).toEqual([undefined, 'Bearer token-1']);
  });

  it.each([[{ token: 7 }], [{ until: 'x' }]])('is not shown rubbish out of the storage: %j', async (rubbish) => {
    await shoot(held(rubbish));
    await recognised();
    expect(shown('/predict')[0]).toBeUndefined();
  });

  it('that refuses every token is asked twice, not for ever', async () => {
    server.on('POST /predict', REFUSED);
    await shoot();
    await failed();
    expect(phone.text()).toContain('登录失败');
    expect(server.to('/predict')).toHaveLength(2);
    expect(server.to('/session')).toHaveLength(1);
  });

  it('that knows no logins of WeChat is not asked twice', async () => {
    server.on('POST /session', { status: 404, body: '{}' });
    await shoot();
    await failed();
    expect(phone.text()).toContain('登录失败');
    expect(server.to('/predict')).toHaveLength(1);
  });

  it('gets a second code where the first one came too late', async () => {
    server.on('POST /session', problem('problem', { code: 'login-code-invalid', status: 400 }), {
      body: example('session'),
    });
    server.allow(JSON.parse(example('session')).token);
    await shoot();
    await recognised();
    expect(phone.called('login')).toBe(2);
  });

  it.each([
    ['login-blocked', 403, '微信不允许登录', false],
    ['login-unavailable', 503, '登录暂时不可用', true],
  ])('says why where it answers %s', async (code, status, title, retry) => {
    server.on('POST /session', problem('problem', { code, status }));
    await shoot();
    await failed();
    expect(phone.text()).toContain(title);
    expect(phone.page.data.notice.retry).toBe(retry);
  });

  it('is logged in to later where it cannot ask WeChat for a moment', async () => {
    server.on('POST /session', problem('problem', { code: 'login-unavailable', status: 503, retry_after: 0.05 }), {
      body: example('session'),
    });
    server.allow(JSON.parse(example('session')).token);
    await shoot();
    await recognised();
    expect(server.to('/session')).toHaveLength(2);
  });

  it('waits for WeChat on the phone, which may say no', async () => {
    await shoot({ wx: { login: ({ fail }) => fail({ errMsg: 'login:fail timeout' }) } });
    await failed();
    expect(phone.text()).toContain('登录暂时不可用');
    expect(server.to('/session')).toEqual([]);
  });
});

describe('a server that is busy', () => {
  it('is waited for, visibly, and gets the photo again', async () => {
    server.on('POST /predict', problem('problem', { code: 'too-many-requests', status: 429, retry_after: 1.2 }), {
      body: example('predictions'),
    });
    await shoot();
    await phone.reads('2 秒后自动重试');
    await phone.reads('1 秒后自动重试');
    await recognised();
    expect(server.to('/predict')).toHaveLength(2);
  });

  it.each(['shutting-down', 'not-answering'])('or being replaced (%s) gets the photo again', async (code) => {
    server.on('POST /predict', problem('problem', { code, status: 503, retry_after: 0.05 }), {
      body: example('predictions'),
    });
    await shoot();
    await recognised();
    expect(server.to('/predict')).toHaveLength(2);
  });

  it('is waited for a few times, not for ever', async () => {
    server.on('POST /predict', BUSY);
    await shoot();
    await failed();
    expect(server.to('/predict')).toHaveLength(1 + WAITS);
    expect(phone.text()).toContain('服务繁忙');
    expect(phone.text()).toContain('重试');
  });

  it.each([0, LONGEST_WAIT + 1])('is not waited for where it asks for %i seconds', async (seconds) => {
    server.on('POST /predict', problem('problem', { code: 'overloaded', status: 503, retry_after: seconds }));
    await shoot();
    await failed();
    expect(server.to('/predict')).toHaveLength(1);
  });

  it('is left alone where the wait is called off', async () => {
    server.on('POST /predict', problem('problem', { code: 'overloaded', status: 503, retry_after: 1 }));
    await shoot();
    await phone.reads('秒后自动重试');
    await phone.tap('取消');
    expect(phone.find('camera')).not.toBeNull();
    await new Promise((over) => setTimeout(over, 1300));
    expect(server.to('/predict')).toHaveLength(1);
    expect(phone.page.data.stage).toBe('aim');
  });

  it('that refuses for good is not waited for', async () => {
    server.on('POST /predict', problem('problem', { retry_after: 1 }));
    await shoot();
    await failed();
    expect(server.to('/predict')).toHaveLength(1);
  });
});

describe('a connection', () => {
  it('that drops is tried once more, by itself', async () => {
    server.on('POST /predict', { instead: 'break' }, { body: example('predictions') });
    await shoot();
    await recognised();
    expect(phone.called('uploadFile')).toBe(2);
  });

  it('that drops twice is left to the person', async () => {
    const cut = () => ({ abort() {}, onProgressUpdate() {} });
    const uploadFile = ({ fail }) => (fail({ errMsg: 'uploadFile:fail socket hang up' }), cut());
    await shoot({ wx: { uploadFile } });
    await failed();
    expect(phone.called('uploadFile')).toBe(2);
  });

  it.each(['timeout', 'abort', 'url not in domain list', 'ssl hand shake error'])('%s is not tried again', async (why) => {
    const uploadFile = ({ fail }) => (fail({ errMsg: `uploadFile:fail ${why}` }), { abort() {}, onProgressUpdate() {} });
    await shoot({ wx: { uploadFile } });
    await failed();
    await new Promise((over) => setTimeout(over, 700));
    expect(phone.called('uploadFile')).toBe(1);
  });

  it('is not tried again after it was called off', async () => {
    server.on('POST /predict', { instead: 'hang' });
    await shoot();
    await phone.until(() => expect(server.to('/predict')).toHaveLength(1));
    await phone.tap('取消');
    await new Promise((over) => setTimeout(over, 700));
    expect(phone.called('uploadFile')).toBe(1);
  });
});

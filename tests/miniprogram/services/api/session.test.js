import { afterEach, beforeEach, expect, it } from 'vitest';
import { load } from '../../sources.js';
import { startServer } from '../../server.js';

const { otherToken, sessionToken } = load('services/api/session.js');

/** @type {import('../../server.js').TestServer} */
let server;

beforeEach(async () => {
  server = await startServer();
  server.requireSession();
  globalThis.wx = {
    getStorageSync: () => '',
    setStorage() {},
    removeStorage() {},
    login: ({ success }) => success({ code: 'once' }),
    request({ url, data, success }) {
      fetch(url, { method: 'POST', body: JSON.stringify(data) }).then(async (answer) =>
        success({ statusCode: answer.status, data: await answer.json() }),
      );
      return { abort() {} };
    },
  };
});
afterEach(async () => {
  delete globalThis.wx;
  await server.close();
});

it('one login is enough for everything that needs it at once, and for what comes later', async () => {
  const tokens = await Promise.all([1, 2, 3].map(() => otherToken(server.address, '').promise));
  expect(tokens).toEqual(['token-1', 'token-1', 'token-1']);
  expect(await sessionToken(server.address).promise).toBe('token-1');
  expect(server.to('/session')).toHaveLength(1);
});

it('a token that came meanwhile is as good as a new one', async () => {
  await otherToken(server.address, '').promise;
  expect(await otherToken(server.address, 'an older one').promise).toBe('token-1');
  expect(await otherToken(server.address, 'token-1').promise).toBe('token-2');
  expect(server.to('/session')).toHaveLength(2);
});

it('who stops waiting leaves the login to the others', async () => {
  const [impatient, patient] = [otherToken(server.address, ''), otherToken(server.address, '')];
  impatient.cancel();
  await expect(impatient.promise).rejects.toMatchObject({ kind: 'cancelled' });
  expect(await patient.promise).toBe('token-1');
});

it('two servers have two logins', async () => {
  const other = await startServer();
  other.requireSession();
  const both = [server, other].map(({ address }) => otherToken(address, '').promise);
  expect(await Promise.all(both)).toEqual(['token-1', 'token-1']);
  expect(other.to('/session')).toHaveLength(1);
  await other.close();
});

import { describe, expect, it } from 'vitest';
import { taughtThing, taughtThings } from '../../replies.js';
import { aroundEachLesson, book, device, OFF, restart, server, teach } from './around.js';

const TEAPOT = taughtThing('外婆的茶壶');

aroundEachLesson();

describe('the book', () => {
  it('is the list of the server, with covers that are fetched once', async () => {
    for (const [id, number] of [['9f3c1b7a5d2e8046', 1], ['02d4f6a81b3c5e79', 2]])
      server.on(`GET /taught/taught:${id}/photos/${number}`, { type: 'image/jpeg', body: Buffer.from('jpeg') });
    await book.refresh(() => {}).promise;
    await expect.poll(() => device.inside('taught')).toEqual(['9f3c1b7a5d2e8046-1.jpg', '02d4f6a81b3c5e79-2.jpg']);
    expect(book.things()).toMatchObject([
      { name: '外婆的茶壶', count: 3, enough: true, ready: true, waiting: 0 },
      { name: 'shelf B4 valve', count: 1, enough: false },
    ]);
    expect(book.things()[0].cover).toContain('9f3c1b7a5d2e8046-1.jpg');
    restart();
    await book.findCovers();
    expect(book.things()[0].cover).toContain('9f3c1b7a5d2e8046-1.jpg');
    await book.refresh(() => {}).promise;
    expect(server.received.filter(({ path }) => path.includes('photos'))).toHaveLength(2);
  });

  it('asks for covers with the login', async () => {
    server.requireSession();
    server.on('GET /taught/taught:9f3c1b7a5d2e8046/photos/1', { type: 'image/jpeg', body: Buffer.from('jpeg') });
    await teach('外婆的茶壶');
    await book.refresh(() => {}).promise;
    await expect.poll(() => server.received.find(({ path }) => path.includes('photos'))?.headers.authorization).toMatch(/^Bearer token-/);
  });

  it('drops the covers of things that are gone', async () => {
    server.on('GET /taught/taught:9f3c1b7a5d2e8046/photos/1', { type: 'image/jpeg', body: Buffer.from('jpeg') });
    await book.refresh(() => {}).promise;
    await expect.poll(() => device.inside('taught')).toHaveLength(1);
    server.on('GET /taught', { body: taughtThings([]) });
    await book.refresh(() => {}).promise;
    await expect.poll(() => device.inside('taught')).toEqual([]);
  });

  it('has things that only wait, with their photo', async () => {
    server.on('POST /taught', OFF);
    await teach('猫');
    expect(book.things()).toMatchObject([{ id: '', name: '猫', count: 0, waiting: 1 }]);
    expect(book.things()[0].cover).toContain('teaching/');
  });

  it('of another server is not shown', async () => {
    await book.refresh(() => {}).promise;
    device.wx.setStorageSync('server-address', 'http://192.168.1.5:5000');
    expect(book.things()).toEqual([]);
    expect(book.isKnown()).toBe(false);
  });

  it('knows how many photos fit', async () => {
    await book.refresh(() => {}).promise;
    expect(book.roomFor('外婆的茶壶')).toBe(27);
    expect(book.roomFor('new')).toBe(30);
  });

  it.each(['../x', 'taught:XYZ', 7])('does not take %j for the id of a thing', async (id) => {
    server.on('GET /taught', { body: taughtThings([{ ...TEAPOT, id }]) });
    await expect(book.refresh(() => {}).promise).rejects.toMatchObject({ kind: 'wrong-form' });
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { example } from '../../sources.js';
import { problem } from '../../server.js';
import { taughtThing } from '../../replies.js';
import { aroundEachLesson, book, consent, device, lessons, OFF, queue, restart, server, teach, TAUGHT, waiting } from './around.js';

const TEAPOT = taughtThing('外婆的茶壶');

aroundEachLesson();

/** @param {number} index @param {string} path @returns {string} the body of an upload */
const bodyOf = (index, path = '/taught') => Buffer.from(server.to(path)[index].body, 'latin1').toString();

/** @param {string} body @param {string} field @returns {string | undefined} */
const fieldOf = (body, field) => new RegExp(`name="${field}"\\r\\n\\r\\n(.*?)\\r\\n`).exec(body)?.[1];

/** @returns {string[]} requests, without those for pictures and of the camera's page */
const exchanges = () => server.received.map(({ method, path }) => `${method} ${path}`).filter((one) => !/photos|readyz/.test(one));

/** @param {string} path @returns {any[]} bodies of the requests to it */
const bodies = (path) => server.to(path).map(({ body }) => JSON.parse(Buffer.from(body, 'latin1').toString()));

describe('a photo', () => {
  it('goes to the server with its name and language, and is gone from the phone', async () => {
    await teach('外婆的茶壶');
    const body = bodyOf(0);
    expect(body).toContain('name="image"');
    expect(fieldOf(body, 'name')).toBe('外婆的茶壶');
    expect(fieldOf(body, 'lang')).toBe('zh');
    expect(fieldOf(body, 'force')).toBeUndefined();
    expect(waiting()).toEqual([]);
    expect(device.inside('teaching')).toEqual([]);
  });

  it('is reported: how far it is, and what it was taken for', async () => {
    const heard = [];
    lessons.onLesson((lesson) => heard.push(lesson));
    const { key } = await teach('外婆的茶壶');
    const taught = heard.find(({ type }) => type === 'taught');
    expect(taught).toMatchObject({ key, taught: { photo: 3, thing: { count: 3 }, seen_as: { label: 'teapot' } } });
    expect(heard.filter(({ type }) => type === 'progress').at(-1)).toMatchObject({ key, percent: 100 });
  });

  it('is not sent without consent', async () => {
    consent.forbidTeaching();
    await teach('外婆的茶壶');
    expect(exchanges()).toEqual([]);
    expect(waiting()).toEqual([]);
    expect(device.inside('teaching')).toEqual([]);
  });

  it('is not sent with the consent for another server', async () => {
    device.wx.setStorageSync('may-teach', 'https://other.example');
    await teach('外婆的茶壶');
    expect(exchanges()).toEqual([]);
  });

  it('that does not fit onto the phone is no lesson', async () => {
    device.phone.simulator.storageFull(true);
    await expect(lessons.teach(device.wx.env.USER_DATA_PATH, '壶')).rejects.toBeDefined();
    expect(waiting()).toEqual([]);
  });

  it('beyond the queue is no lesson', async () => {
    for (let count = 0; count < queue.WAITING; count += 1) queue.add({ kind: 'teach', server: 'x', name: 'y' });
    await expect(lessons.teach(device.photo(), '壶')).rejects.toBeDefined();
    expect(device.inside('teaching')).toEqual([]);
  });
});

describe('without a network', () => {
  it('photos wait with their files, also after a restart, and go in their order', async () => {
    server.on('POST /taught', OFF);
    for (const name of ['壶', '猫', '壶']) await teach(name);
    expect(lessons.whyWaiting()).toBe('gateway');
    expect(device.inside('teaching')).toHaveLength(3);
    restart();
    expect(waiting()).toEqual(['teach 壶', 'teach 猫', 'teach 壶']);
    const before = server.to('/taught').length;
    server.on('POST /taught', TAUGHT);
    await lessons.sendLessons();
    expect([0, 1, 2].map((index) => fieldOf(bodyOf(before + index), 'name'))).toEqual(['壶', '猫', '壶']);
    expect(lessons.whyWaiting()).toBe('');
    expect(device.inside('teaching')).toEqual([]);
  });

  it('one that does not arrive keeps the others from being tried in vain', async () => {
    server.on('POST /taught', OFF);
    await teach('壶');
    const tried = server.to('/taught').length;
    await teach('猫');
    expect(server.to('/taught')).toHaveLength(tried + 1);
  });

  it('names and removals wait as well, and the list shows them already', async () => {
    await book.refresh(() => {}).promise;
    const [teapot, valve] = book.things();
    server.on(`PUT /taught/${teapot.id}`, OFF);
    lessons.rename(teapot, '奶奶的紫砂壶');
    lessons.remove(valve);
    await lessons.sendLessons();
    restart();
    expect(book.things().map(({ name }) => name)).toEqual(['奶奶的紫砂壶']);
    server.on(`PUT /taught/${teapot.id}`, { body: example('taught-changed') });
    server.on(`DELETE /taught/${valve.id}`, { body: example('taught-removed') });
    await lessons.sendLessons();
    expect(bodies(`/taught/${teapot.id}`).at(-1)).toEqual({ name: '奶奶的紫砂壶', merge: false });
    expect(server.to(`/taught/${valve.id}`)).toHaveLength(1);
    expect(waiting()).toEqual([]);
    expect(book.things().map(({ name }) => name)).toEqual(['奶奶的紫砂壶']);
  });

  it('a server that asks to wait gets the photo then, by itself', async () => {
    server.on('POST /taught', problem('problem-loading', { retry_after: 1 }), TAUGHT);
    await teach('壶');
    expect(lessons.whyWaiting()).toBe('model-loading');
    await expect.poll(waiting, { timeout: 30_000 }).toEqual([]);
    expect(server.to('/taught')).toHaveLength(2);
  });

  it('files without a lesson are swept at the next start', async () => {
    server.on('POST /taught', OFF);
    await teach('壶');
    device.files.writeFileSync(`${device.wx.env.USER_DATA_PATH}/teaching/orphan.jpg`, 'x');
    restart();
    expect(waiting()).toEqual(['teach 壶']);
    await expect.poll(() => device.inside('teaching')).toHaveLength(1);
  });

  it.each([[['x']], ['x'], [[{ kind: 'teach' }, null]]])('%j in the storage is no queue', (broken) => {
    device.wx.setStorageSync('taught-waiting', broken);
    restart();
    expect(waiting()).toEqual([]);
  });
});

describe('a photo that the server refuses', () => {
  const LIKE_OTHER = problem('problem-looks-like-other');

  it('waits for the user, and does not hold up the next', async () => {
    server.on('POST /taught', LIKE_OTHER, TAUGHT);
    await teach('shelf B4 valve');
    await teach('猫');
    expect(lessons.waitingChanges()).toMatchObject([{ refused: 'taught-looks-like-other', other: { name: '外婆的茶壶' } }]);
    await lessons.sendLessons();
    expect(server.to('/taught')).toHaveLength(2);
  });

  it('goes with force if the user insists', async () => {
    server.on('POST /taught', LIKE_OTHER, TAUGHT);
    const { key } = await teach('shelf B4 valve');
    lessons.insist(key, { force: true });
    await lessons.sendLessons();
    expect(fieldOf(bodyOf(1), 'force')).toBe('true');
    expect(fieldOf(bodyOf(1), 'name')).toBe('shelf B4 valve');
    expect(waiting()).toEqual([]);
  });

  it('goes under the name of the other thing if it is that', async () => {
    server.on('POST /taught', LIKE_OTHER, TAUGHT);
    const { key, other } = await teach('shelf B4 valve').then(({ key }) => queue.find(key));
    lessons.insist(key, { name: other.name });
    await lessons.sendLessons();
    expect(fieldOf(bodyOf(1), 'name')).toBe('外婆的茶壶');
    expect(fieldOf(bodyOf(1), 'force')).toBeUndefined();
  });

  it('is dropped with its file if the user does not want it', async () => {
    server.on('POST /taught', LIKE_OTHER);
    const { key } = await teach('shelf B4 valve');
    lessons.skip(key);
    await expect.poll(() => device.inside('teaching')).toEqual([]);
    expect(waiting()).toEqual([]);
  });

  it('because it was taught before is done if an earlier answer got lost', async () => {
    const BEFORE = problem('problem', { code: 'taught-before', status: 409 });
    server.on('POST /taught', OFF, BEFORE);
    await teach('壶');
    await lessons.sendLessons();
    expect(waiting()).toEqual([]);
    await teach('壶');
    expect(lessons.waitingChanges()).toMatchObject([{ refused: 'taught-before' }]);
  });

  it('because it cannot be read does not hold up the next', async () => {
    server.on('POST /taught', problem('problem', { code: 'image-unreadable', status: 422 }), TAUGHT);
    await teach('壶');
    await teach('猫');
    expect(lessons.waitingChanges()).toMatchObject([{ name: '壶', refused: 'image-unreadable' }]);
  });
});

describe('a name', () => {
  it('that another thing has is refused, and joins the two if the user wants', async () => {
    await book.refresh(() => {}).promise;
    const route = `PUT /taught/${TEAPOT.id}`;
    server.on(route, problem('problem-looks-like-other', { code: 'taught-name-exists' }), { body: example('taught-changed') });
    lessons.rename(book.things()[0], 'shelf B4 valve');
    await lessons.sendLessons();
    const [change] = lessons.waitingChanges();
    expect(change.refused).toBe('taught-name-exists');
    expect(book.things()[0].name).toBe('外婆的茶壶');
    lessons.insist(change.key, { force: true });
    await lessons.sendLessons();
    expect(bodies(`/taught/${TEAPOT.id}`)[1]).toEqual({ name: 'shelf B4 valve', merge: true });
  });

  it('of a thing that waits changes before it goes', async () => {
    server.on('POST /taught', OFF);
    await teach('猫');
    server.on('POST /taught', TAUGHT);
    lessons.rename(book.things()[0], '邻居的猫');
    await lessons.sendLessons();
    expect(fieldOf(bodyOf(server.to('/taught').length - 1), 'name')).toBe('邻居的猫');
  });

  it('of a thing that is gone changes nothing', async () => {
    await book.refresh(() => {}).promise;
    lessons.rename(book.things()[0], '壶');
    await lessons.sendLessons();
    expect(waiting()).toEqual([]);
    expect(book.things().map(({ name }) => name)).toEqual(['shelf B4 valve']);
  });
});

describe('a removal', () => {
  beforeEach(async () => {
    server.on(`DELETE /taught/${TEAPOT.id}`, { body: example('taught-removed') });
    server.on('POST /taught/undo', { body: { ...JSON.parse(example('taught-changed')), thing: TEAPOT } });
    await book.refresh(() => {}).promise;
  });

  const names = () => book.things().map(({ name }) => name);

  it('is undone with the token of the server', async () => {
    const { undo } = lessons.remove(book.things()[0]);
    expect(names()).toEqual(['shelf B4 valve']);
    await lessons.sendLessons();
    await undo();
    expect(bodies('/taught/undo')[0]).toEqual({ undo: JSON.parse(example('taught-removed')).undo });
    expect(names()).toEqual(['外婆的茶壶', 'shelf B4 valve']);
  });

  it('is undone while it is under way', async () => {
    const { undo } = lessons.remove(book.things()[0]);
    await expect.poll(() => server.to(`/taught/${TEAPOT.id}`)).toHaveLength(1);
    await undo();
    expect(server.to('/taught/undo')).toHaveLength(1);
    expect(names()).toContain('外婆的茶壶');
  });

  it('that waits is taken back without a request', async () => {
    device.phone.simulator.network('none');
    const { undo } = lessons.remove(book.things()[0]);
    await lessons.sendLessons();
    await undo();
    expect(names()).toContain('外婆的茶壶');
    expect(waiting()).toEqual([]);
    expect(exchanges()).toEqual(['GET /taught']);
  });

  it('of a thing that waits drops its photos, or brings them back', async () => {
    server.on('POST /taught', OFF);
    await teach('猫');
    const { undo } = lessons.remove(book.things().find(({ name }) => name === '猫'));
    expect(names()).not.toContain('猫');
    expect(device.inside('teaching')).toHaveLength(1);
    await undo();
    expect(names()).toContain('猫');
    const { over } = lessons.remove(book.things().find(({ name }) => name === '猫'));
    over();
    await expect.poll(() => device.inside('teaching')).toEqual([]);
  });
});

describe('a consent that is withdrawn', () => {
  it('deletes everything, on the server and on the phone', async () => {
    await book.refresh(() => {}).promise;
    server.on('POST /taught', OFF);
    await teach('猫');
    server.on('DELETE /taught', { body: { success: true, request_id: 'r' } });
    expect(await lessons.withdraw()).toBe(true);
    expect(server.received.at(-1).method).toBe('DELETE');
    expect(consent.mayTeach()).toBe(false);
    expect(book.things()).toEqual([]);
    expect([...device.inside('teaching'), ...device.inside('taught')]).toEqual([]);
    expect(Object.keys(device.phone.kept().storage)).toEqual([]);
  });

  it('waits for the server, also after a restart', async () => {
    server.on('DELETE /taught', OFF);
    expect(await lessons.withdraw()).toBe(false);
    restart();
    expect(lessons.isForgetting()).toBe(true);
    server.on('DELETE /taught', { body: { success: true, request_id: 'r' } });
    await lessons.sendLessons();
    expect(lessons.isForgetting()).toBe(false);
  });

  it('calls off what is under way', async () => {
    server.on('POST /taught', { instead: 'hang' });
    server.on('DELETE /taught', { body: { success: true, request_id: 'r' } });
    await lessons.teach(device.photo(), '猫');
    await expect.poll(() => server.to('/taught')).toHaveLength(1);
    expect(await lessons.withdraw()).toBe(true);
    expect(waiting()).toEqual([]);
  });
});

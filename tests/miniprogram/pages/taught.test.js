import { describe, expect, it, vi } from 'vitest';
import { example } from '../sources.js';
import { PICTURE } from '../picture.js';
import { taughtThing, taughtThings } from '../replies.js';
import { problem } from '../server.js';
import { aroundEachTest, open, phone, restart, server } from './around.js';
import { TEACHABLE, TEACHING } from './teaching-phone.js';

aroundEachTest({ ...TEACHING, phone: { ...TEACHING.phone, page: 'pages/taught/taught' } });

const TEAPOT = taughtThing('外婆的茶壶');
const VALVE = taughtThing('shelf B4 valve');
const OFF = { status: 502, body: '' };

/** @returns {string[]} */
const names = () => phone.findAll('.name').map((it) => it.textContent);

/** The list with the things of the golden body. @param {object} [options] @returns {Promise<void>} */
async function openList(options) {
  await open(options);
  await phone.until(() => expect(names()).toHaveLength(2));
}

/** @param {string} path @returns {any[]} bodies of the requests to it */
const bodies = (path) => server.to(path).map(({ body }) => body && JSON.parse(Buffer.from(body, 'latin1').toString()));

describe('the list', () => {
  it('has what was taught, each with its cover, its photos and how sure it is', async () => {
    server.on(`GET /taught/${TEAPOT.id}/photos/1`, { type: 'image/jpeg', body: PICTURE });
    await openList();
    expect(names()).toEqual(['外婆的茶壶', 'shelf B4 valve']);
    const [teapot, valve] = phone.findAll('.about').map((it) => it.textContent);
    expect(teapot).toBe('3 张照片 · 有把握');
    expect(valve).toBe('1 张照片 · 再教 2 张');
    expect(phone.text()).toContain('共 2 样，保存在识别服务（http://127.0.0.1:5000）');
    await phone.until(() => expect(phone.findAll('image.cover')).toHaveLength(1));
    expect(phone.text('.initial')).toBe('s');
  });

  it('says what is being learned anew', async () => {
    server.on('GET /taught', { body: taughtThings([{ ...TEAPOT, ready: false }]) });
    await open();
    await phone.reads('换了识别模型，正在重新学习');
  });

  it('that is empty leads to the first lesson', async () => {
    server.on('GET /taught', { body: taughtThings([]) });
    await open();
    await phone.reads('还没有教过');
    await phone.tap('教一样新东西');
    expect(phone.simulator.currentPage().path).toBe('pages/teach/teach');
    expect(phone.field()?.value).toBe('');
  });

  it('is the one of the last time without a network, says so, and comes anew', async () => {
    await openList();
    await restart();
    phone.simulator.network('none');
    phone.simulator.call('reLaunch', { url: '/pages/taught/taught' });
    await phone.reads('没有网络，显示的是上次的内容');
    expect(names()).toHaveLength(2);
    server.on('GET /taught', { body: taughtThings([VALVE]) });
    phone.simulator.network('wifi');
    await phone.until(() => expect(names()).toEqual(['shelf B4 valve']));
    expect(phone.text()).not.toContain('显示的是上次的内容');
  });

  it('that never came says why, and is asked for again', async () => {
    server.on('GET /taught', problem('problem', { code: 'teaching-off', status: 403 }), { body: example('taught-things') });
    await open();
    await phone.reads('不能教新东西');
    expect(phone.text()).not.toContain('上次的内容');
    await phone.tap('重试');
    await phone.until(() => expect(names()).toHaveLength(2));
  });

  it('asks nothing of a server before it is there', async () => {
    await openList({ storage: TEACHABLE });
    expect(server.to('/taught')).toHaveLength(1);
    expect(server.received.every(({ method }) => method === 'GET')).toBe(true);
  });
});

describe('adding', () => {
  it('goes on with the photos of that thing', async () => {
    await openList();
    await phone.tap('给 shelf B4 valve 加照片');
    expect(phone.text('.top')).toContain('正在教：shelf B4 valve');
    expect(phone.text('.sureness')).toContain('再拍 2 张');
  });

  it('that waits is shown, with its photo, and goes with another try', async () => {
    server.on('POST /taught', OFF);
    await openList();
    await phone.tap('教一样新东西');
    await phone.type('邻居的猫');
    await phone.tap('下一步');
    await phone.tap('拍照');
    await phone.reads('1 张等待上传');
    await phone.back();
    await phone.until(() => expect(names()).toEqual(['邻居的猫', '外婆的茶壶', 'shelf B4 valve']));
    expect(phone.findAll('.about')[0].textContent).toBe('1 张等待上传');
    await phone.reads('1 项等待上传：服务暂不可用');
    server.on('POST /taught', { body: { ...JSON.parse(example('taught')), thing: { ...TEAPOT, id: 'taught:1111111111111111', name: '邻居的猫', count: 1, photos: [1], enough: false } } });
    server.on('GET /taught', { body: taughtThings([TEAPOT]) });
    await phone.tap('重试');
    await phone.until(() => expect(names()).toEqual(['外婆的茶壶']));
    expect(phone.text()).not.toContain('等待上传');
  });
});

describe('renaming', () => {
  /** @param {string} name @returns {Promise<void>} */
  async function renameTo(name) {
    await phone.tap('给 外婆的茶壶 改名');
    expect(phone.field()?.value).toBe('外婆的茶壶');
    await phone.type(name);
    await phone.tap('保存');
  }

  it('shows the new name at once and tells the server', async () => {
    server.on(`PUT /taught/${TEAPOT.id}`, { body: example('taught-changed') });
    await openList();
    await renameTo('奶奶的紫砂壶');
    expect(names()).toContain('奶奶的紫砂壶');
    await phone.until(() => expect(bodies(`/taught/${TEAPOT.id}`)).toEqual([{ name: '奶奶的紫砂壶', merge: false }]));
    await phone.settle();
    expect(names()).toContain('奶奶的紫砂壶');
  });

  it('needs letters or digits, and may be called off', async () => {
    await openList();
    await renameTo('…');
    expect(phone.text()).toContain('名字里要有文字或数字');
    await phone.tap('取消');
    expect(phone.field()).toBeNull();
    expect(names()).toContain('外婆的茶壶');
  });

  const EXISTS = problem('problem-looks-like-other', { code: 'taught-name-exists', other: { id: VALVE.id, name: VALVE.name } });

  it('to the name of another thing asks whether to merge them', async () => {
    server.on(`PUT /taught/${TEAPOT.id}`, EXISTS, { body: { ...JSON.parse(example('taught-changed')), thing: { ...VALVE, count: 4, enough: true } } });
    await openList();
    await renameTo('shelf B4 valve');
    await phone.until(() => expect(phone.glass()).toContain('已经有“shelf B4 valve”了'));
    await phone.tap('合并');
    await phone.until(() => expect(bodies(`/taught/${TEAPOT.id}`).at(-1)).toEqual({ name: 'shelf B4 valve', merge: true }));
    await phone.until(() => expect(names()).toEqual(['shelf B4 valve']));
    expect(phone.findAll('.about')[0].textContent).toBe('4 张照片 · 有把握');
  });

  it('that is not to merge leaves both as they are', async () => {
    server.on(`PUT /taught/${TEAPOT.id}`, EXISTS);
    await openList();
    await renameTo('shelf B4 valve');
    await phone.until(() => expect(phone.glass()).toContain('合并成一个？'));
    await phone.tap('不合并');
    await phone.until(() => expect(names()).toEqual(['外婆的茶壶', 'shelf B4 valve']));
    expect(phone.stored()).not.toHaveProperty('taught-waiting');
  });

  it('that is refused says so', async () => {
    server.on(`PUT /taught/${TEAPOT.id}`, problem('problem', { code: 'request-invalid', status: 422 }));
    await openList();
    await renameTo('壶');
    await phone.until(() => expect(phone.glass()).toContain('“壶”没有改成：请求有误'));
    await phone.until(() => expect(names()).toContain('外婆的茶壶'));
  });
});

describe('the photos of a thing', () => {
  const PHOTOS = `/taught/${TEAPOT.id}/photos`;
  const shown = () => phone.findAll('photos image.photo').length;

  async function openPhotos() {
    for (const number of [1, 3]) server.on(`GET ${PHOTOS}/${number}`, { type: 'image/jpeg', body: PICTURE });
    await openList();
    await phone.tap(phone.find('.open'));
    await phone.until(() => expect(shown()).toBe(2));
  }

  it('are all there, and one that does not come says so', async () => {
    await openPhotos();
    expect(phone.text('photos')).toContain('外婆的茶壶的照片');
    await phone.until(() => expect(phone.text('photos')).toContain('没有取到'));
    await phone.tap('好了');
    expect(phone.find('photos')).toBeNull();
  });

  it('can be deleted one by one, and come back', async () => {
    server.on(`DELETE ${PHOTOS}/2`, { body: example('taught-removed') });
    server.on('POST /taught/undo', { body: { ...JSON.parse(example('taught-changed')), thing: TEAPOT } });
    await openPhotos();
    await phone.tap(phone.findAll('photos .remove')[1]);
    await phone.until(() => expect(phone.text('photos')).toContain('已删除 1 张照片'));
    expect(phone.findAll('photos .remove')).toHaveLength(2);
    await phone.until(() => expect(server.to('/taught').length).toBeGreaterThan(1));
    await phone.tap('撤销');
    await phone.until(() => expect(phone.findAll('photos .remove')).toHaveLength(3));
    expect(bodies('/taught/undo')).toEqual([{ undo: JSON.parse(example('taught-removed')).undo }]);
    expect(phone.text('photos')).not.toContain('已删除');
  });

  it('stay where the server does not answer', async () => {
    server.on(`DELETE ${PHOTOS}/2`, OFF);
    await openPhotos();
    await phone.tap(phone.findAll('photos .remove')[1]);
    await phone.until(() => expect(phone.text('photos')).toContain('服务暂不可用'));
    expect(phone.findAll('photos .remove')).toHaveLength(3);
  });

  it('that the server does not keep are not offered', async () => {
    server.on('GET /taught', { body: taughtThings([{ ...TEAPOT, photos: [] }]) });
    await open();
    await phone.until(() => expect(names()).toHaveLength(1));
    await phone.tap(phone.find('.open'));
    expect(phone.find('photos')).toBeNull();
  });
});

describe('deleting', () => {
  const REMOVED = { body: example('taught-removed') };
  const BACK = { body: { ...JSON.parse(example('taught-changed')), thing: TEAPOT } };

  it('takes it away at once, and brings it back as long as that is offered', async () => {
    server.on(`DELETE /taught/${TEAPOT.id}`, REMOVED);
    server.on('POST /taught/undo', BACK);
    await openList();
    await phone.tap('删除 外婆的茶壶');
    expect(names()).toEqual(['shelf B4 valve']);
    expect(phone.text('.removed')).toContain('已删除“外婆的茶壶”');
    await phone.until(() => expect(server.to(`/taught/${TEAPOT.id}`)).toHaveLength(1));
    await phone.tap('撤销');
    await phone.until(() => expect(names()).toEqual(['外婆的茶壶', 'shelf B4 valve']));
    expect(bodies('/taught/undo')).toEqual([{ undo: JSON.parse(example('taught-removed')).undo }]);
    expect(phone.find('.removed')).toBeNull();
  });

  it('is offered to be undone for six seconds', async () => {
    server.on(`DELETE /taught/${TEAPOT.id}`, REMOVED);
    await openList();
    await phone.tap('删除 外婆的茶壶');
    expect(phone.find('.removed')).not.toBeNull();
    await vi.waitFor(() => expect(phone.find('.removed')).toBeNull(), { timeout: 60_000, interval: 100 });
    expect(names()).toEqual(['shelf B4 valve']);
  });

  it('that cannot be undone says so', async () => {
    server.on(`DELETE /taught/${TEAPOT.id}`, REMOVED);
    server.on('POST /taught/undo', problem('problem', { code: 'not-found', status: 404 }));
    await openList();
    await phone.tap('删除 外婆的茶壶');
    await phone.until(() => expect(server.to(`/taught/${TEAPOT.id}`)).toHaveLength(1));
    await phone.settle();
    await phone.tap('撤销');
    await phone.until(() => expect(phone.glass()).toContain('没有撤销成功'));
  });

  it('without a network waits, and is taken back without a trace', async () => {
    await openList();
    phone.simulator.network('none');
    await phone.tap('删除 外婆的茶壶');
    await phone.reads('1 项等待上传：没有网络');
    expect(names()).toEqual(['shelf B4 valve']);
    await phone.tap('撤销');
    await phone.until(() => expect(names()).toHaveLength(2));
    expect(phone.stored()).not.toHaveProperty('taught-waiting');
  });

  it('is final once the page is left', async () => {
    server.on(`DELETE /taught/${TEAPOT.id}`, REMOVED);
    await openList();
    await phone.tap('删除 外婆的茶壶');
    phone.simulator.call('reLaunch', { url: '/pages/taught/taught' });
    await phone.settle();
    expect(phone.find('.removed')).toBeNull();
  });
});

it('a photo that was refused while this page is in front is shown where it can be decided about', async () => {
  server.on('POST /taught', OFF);
  await openList();
  await phone.tap('给 shelf B4 valve 加照片');
  await phone.tap('拍照');
  await phone.reads('1 张等待上传');
  await phone.back();
  server.on('POST /taught', problem('problem-looks-like-other'));
  await phone.tap('重试');
  await phone.until(() => expect(phone.glass()).toContain('“shelf B4 valve”有照片没学成'));
  await phone.tap('看看');
  await phone.until(() => expect(phone.glass()).toContain('这张更像“外婆的茶壶”'));
});

it('in English has no Chinese but names', async () => {
  server.on('GET /taught', { body: taughtThings([VALVE]) });
  await open({ language: 'en' });
  await phone.reads('shelf B4 valve');
  expect(phone.text()).not.toMatch(/\p{Script=Han}/u);
});

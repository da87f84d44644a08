import { describe, expect, it } from 'vitest';
import { aroundEachTest, open, phone, restart, server } from './around.js';
import { AGREED, TEACHABLE, TEACHING } from './teaching-phone.js';

aroundEachTest({ ...TEACHING, phone: { ...TEACHING.phone, page: 'pages/settings/settings' } });

const GONE = { body: { success: true, request_id: 'r' } };
const HELD = { server: 'http://127.0.0.1:5000', token: 'token-1', renewAt: Date.now() + 1e6, until: Date.now() + 2e6 };

/** @returns {string[]} methods of the requests about taught things */
const asked = () => server.to('/taught').map(({ method }) => method);

/** Answers the dialog. @param {string} label @returns {Promise<void>} */
async function answer(label) {
  const buttons = [...phone.window.document.querySelectorAll('[role="dialog"] button')];
  await phone.tap(buttons.find((it) => it.textContent === label));
}

describe('what was taught', () => {
  it('is no matter of the settings before there is a consent', async () => {
    await open({ storage: TEACHABLE });
    expect(phone.text()).not.toContain('停止，并全部删除');
  });

  it('is said to be on the server, and is a tap away', async () => {
    await open();
    expect(phone.text()).toContain('你教的名字和照片保存在识别服务（http://127.0.0.1:5000）中');
    await phone.tap(phone.findAll('.row-action').find((it) => it.textContent === '查看我教的'));
    expect(phone.simulator.currentPage().path).toBe('pages/taught/taught');
  });

  it('is deleted with the consent, on the server and on the phone', async () => {
    server.on('DELETE /taught', GONE);
    await open({ storage: { ...AGREED, session: HELD } });
    await phone.tap('停止，并全部删除');
    expect(phone.glass()).not.toContain('所有使用者共用');
    await answer('取消');
    expect(asked()).toEqual([]);
    await phone.tap('停止，并全部删除');
    await answer('删除');
    await phone.reads('保存的内容已全部删除');
    expect(asked()).toEqual(['DELETE']);
    expect(phone.stored()).not.toHaveProperty('may-teach');
    expect(phone.text()).not.toContain('停止，并全部删除');
  });

  it('is deleted for others as well where there is no login, and that is said', async () => {
    await open();
    await phone.tap('停止，并全部删除');
    expect(phone.glass()).toContain('由所有使用者共用，会一起删除');
    await answer('取消');
  });

  it('is deleted when the server can be reached, also after a restart', async () => {
    server.on('DELETE /taught', { status: 502, body: '' });
    await open();
    await phone.tap('停止，并全部删除');
    await answer('删除');
    await phone.reads('连上服务后会自动删除');
    expect(phone.stored()).not.toHaveProperty('may-teach');
    await phone.until(() => expect(phone.stored()['taught-waiting']).toMatchObject([{ tries: 1 }]));
    await restart();
    await phone.reads('连上服务后会自动删除');
    server.on('DELETE /taught', GONE);
    await restart();
    await phone.until(() => expect(phone.stored()).not.toHaveProperty('taught-waiting'));
  });
});

it('deleting everything on the phone leaves no photo that waits', async () => {
  const file = new Uint8Array(700 * 1024);
  const change = { key: 'k', kind: 'teach', server: HELD.server, id: '', name: '猫', before: '', file: 'k.jpg', lang: 'zh', force: false, tries: 1, refused: '', other: null };
  await open({ storage: { ...AGREED, 'taught-waiting': [change] }, files: { 'wxfile://usr/teaching/k.jpg': file, 'wxfile://usr/taught/x-1.jpg': file } });
  await phone.until(() => expect(phone.row('占用')).toBe('1.4 MB'));
  await phone.tap('清除所有数据');
  await answer('删除');
  await phone.until(() => expect(phone.photos()).toEqual([]));
  expect(phone.stored()).not.toHaveProperty('taught-waiting');
  expect(phone.stored()).not.toHaveProperty('may-teach');
});

import { describe, expect, it } from 'vitest';
import { aroundEachTest, open, phone, restart, server } from './around.js';
import { past } from './past.js';
import { SETTINGS } from './settings-phone.js';

aroundEachTest(SETTINGS);

describe('what is stored', () => {
  const HELD = { server: 'http://127.0.0.1:5000', token: 'token-1', renewAt: Date.now() + 1e6, until: Date.now() + 2e6 };
  const BIG = new Uint8Array(600 * 1024);

  /** @param {number} count of results, each of two files */
  const many = (count) => past(Array.from({ length: count }, () => ({})), Buffer.from(BIG));

  it('is counted', async () => {
    const { storage, files } = many(3);
    await open({ storage: { ...storage, session: HELD, 'corrections-waiting': [{ id: 'r0', tries: 0 }] }, files });
    await phone.until(() => expect(phone.row('结果')).toBe('3'));
    expect(phone.row('占用')).toBe('3.5 MB');
    expect(phone.row('登录')).toBe('已登录');
    expect(phone.row('待上传的更正')).toBe('1');
  });

  it('is nothing on a new phone, and there is nothing to delete of results', async () => {
    await open();
    await phone.until(() => expect(phone.row('结果')).toBe('0'));
    expect(phone.row('登录')).toBe('未登录');
    expect(phone.text()).not.toContain('删除全部结果');
  });

  it('all results go when it is confirmed, and everything else stays', async () => {
    const { storage, files } = many(3);
    await open({ storage: { ...storage, session: HELD, language: 'zh' }, files });
    await phone.reads('删除全部结果');
    await phone.tap('删除全部结果');
    expect(phone.glass()).toContain('3 条结果和照片');
    await phone.tap('取消');
    expect(phone.photos()).toHaveLength(6);
    await phone.tap('删除全部结果');
    await phone.tap('删除');
    await phone.until(() => expect(phone.row('结果')).toBe('0'));
    expect(phone.photos()).toEqual([]);
    expect(phone.row('占用')).toBe('< 0.1 MB');
    expect(phone.row('登录')).toBe('已登录');
    expect(phone.stored()).not.toHaveProperty('history');
    expect(phone.stored().language).toBe('zh');
  });

  it('all results go also where the phone is full', async () => {
    await open(many(2));
    await phone.reads('删除全部结果');
    phone.simulator.storageFull(true);
    await phone.tap('删除全部结果');
    await phone.tap('删除');
    await phone.until(() => expect(phone.row('结果')).toBe('0'));
    await restart();
    await phone.until(() => expect(phone.row('结果')).toBe('0'));
  });

  it('everything leaves no file and no key, and the phone is as new', async () => {
    server.on('GET /readyz', { status: 404, body: '{}' });
    const { storage, files } = many(2);
    await open({
      page: 'pages/photo/photo',
      language: 'zh_CN',
      storage: {
        ...storage,
        ...{ session: HELD, language: 'en', fit: { server: 'x', fit: 'crop' }, 'may-contribute': true },
        ...{ 'corrections-waiting': [{ id: 'r0', tries: 0 }], 'corrections-sent': ['r1 n0'], 'server-address': server.address },
      },
      files,
    });
    await phone.tap('Open the settings');
    await phone.until(() => expect(phone.row('Results')).toBe('2'));
    await phone.tap('Delete everything');
    await phone.tap('No');
    expect(phone.photos()).toHaveLength(4);
    await phone.tap('Delete everything');
    await phone.tap('Yes');
    await phone.reads('本机数据');
    expect(phone.photos()).toEqual([]);
    expect(phone.stored()).toEqual({});
    await phone.until(() => expect(phone.row('结果')).toBe('0'));
    expect(phone.row('占用')).toBe('0 MB');
    expect(phone.row('登录')).toBe('未登录');
    expect(phone.find('switch')?.getAttribute('aria-checked')).toBe('false');
    expect(phone.field()?.value).toBe('http://127.0.0.1:5000');
  });

  it('what could not be deleted is said', async () => {
    const removeStorageSync = () => {
      throw new Error('removeStorageSync:fail');
    };
    await open({ ...many(2), wx: { removeStorageSync } });
    await phone.reads('删除全部结果');
    await phone.tap('删除全部结果');
    await phone.tap('删除');
    await phone.reads('没有删除成功');
    expect(phone.row('结果')).toBe('2');
  });

  it('what WeChat does not tell is not made up', async () => {
    const getStorageInfoSync = () => {
      throw new Error('getStorageInfoSync:fail');
    };
    await open({ wx: { getStorageInfoSync } });
    await phone.until(() => expect(phone.row('占用')).toBe('未知'));
  });
});

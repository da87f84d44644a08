// A thing that a person teaches is what the server then names: the phone and the real server.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { begin, closePhones, page, shareServer } from './around.js';
import { keepScreenshot } from './artifacts.js';
import { cameraShows, tap } from './fingers.js';
import { photos } from './photos.js';
import { recognise } from './visit.js';

const NAME = '阳台上的西兰花';
const RENAMED = '外婆种的西兰花';

describe.skipIf(!photos)('teaching a server (needs ../shared)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'taught-'));

  // The last of these runs first: the server has stopped when its folder goes.
  afterAll(() => rmSync(folder, { recursive: true }));
  shareServer({ PAISHI_TEACHERS: 'everybody', PAISHI_TAUGHT: folder });
  closePhones();

  /** @returns {string[]} the photos that it keeps */
  const kept = () => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.jpg'));

  /** @param {string} url @returns {Promise<void>} */
  const go = (url) => page.evaluate((to) => globalThis.simulator.call('reLaunch', { url: to }), url);

  it('from the camera to the next result, to another name, and gone', async () => {
    await begin();
    expect(await recognise(page)).toContain('西兰花');
    await tap(page, '再拍一张');
    await go('/pages/teach/teach');
    await tap(page, '同意');
    await page.getByRole('textbox').fill(NAME);
    await tap(page, '下一步');
    await cameraShows(page);
    await tap(page, '拍照');
    await page.getByRole('button', { name: /^第 1 张照片，学会了/ }).waitFor();
    expect(kept()).toHaveLength(1);

    await go('/pages/photo/photo');
    expect(await recognise(page)).toContain(NAME);
    await page.locator('[class*="ranking--mark"]').getByText('我教的').waitFor();
    await keepScreenshot(page, 'taught-result');

    await go('/pages/taught/taught');
    await tap(page, `给 ${NAME} 改名`);
    await page.getByRole('textbox').fill(RENAMED);
    await tap(page, '保存');
    await page.getByText(RENAMED, { exact: true }).waitFor();
    await go('/pages/photo/photo');
    expect(await recognise(page)).toContain(RENAMED);

    await go('/pages/settings/settings');
    await page.getByText('停止，并全部删除').tap();
    await page.getByRole('dialog').getByRole('button', { name: '删除', exact: true }).click();
    await page.getByText('保存的内容已全部删除').waitFor();
    expect(kept()).toEqual([]);
    await go('/pages/photo/photo');
    expect(await recognise(page)).not.toContain(RENAMED);
  });
});

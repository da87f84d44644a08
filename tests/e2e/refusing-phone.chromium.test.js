// A phone that says no: no room, no camera. The real server answers all the same.
import { describe, expect, it } from 'vitest';
import { begin, closePhones, page, phone, shareServer } from './around.js';
import { cameraShows, names, tap } from './fingers.js';
import { nameOf, photos } from './photos.js';
import { answer, openHistory, recognise, TRUSTED } from './visit.js';

const { zh: BROCCOLI } = photos ? nameOf('broccoli') : { zh: '' };

describe.skipIf(!photos)('a phone that says no (needs ../shared)', () => {
  shareServer();
  closePhones();

  it('because its storage is full: the result shows, with its heat map, and is gone with the app', async () => {
    await begin(TRUSTED);
    await cameraShows(page);
    await page.evaluate(() => globalThis.simulator.storageFull(true));
    expect(await recognise(page)).toContain(BROCCOLI);
    await names(page).first().getByRole('button').first().tap();
    await page.getByText(`高亮处是判断为“${BROCCOLI}”`).waitFor();
    await tap(page, '再拍一张');
    await cameraShows(page);
    await openHistory(page);
    await page.getByText('共 1 条').waitFor();

    await phone.restart();
    await openHistory(page);
    await page.getByText('暂无记录').waitFor();
    await tap(page, '去拍一张');
    expect(await recognise(page)).toContain(BROCCOLI);
    await phone.restart();
    await openHistory(page);
    await page.getByText('共 1 条').waitFor();
  });

  it('because the camera is refused: there is the way over the settings', async () => {
    await begin({});
    await tap(page, '打开相机');
    await tap(page, '同意');
    await answer(page, '拒绝');
    await page.getByText('没有相机权限').waitFor();
    expect(await page.locator('video').count()).toBe(0);
    await tap(page, '去设置');
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('switch', { name: '摄像头' }).isChecked()).toBe(false);
    await answer(page, '返回');
    await page.getByText('没有相机权限').waitFor();

    await tap(page, '去设置');
    await dialog.getByRole('switch', { name: '摄像头' }).check();
    await answer(page, '返回');
    expect(await recognise(page)).toContain(BROCCOLI);
  });

  it('because the album is refused: saving goes over the settings, and ends with the picture saved', async () => {
    await begin({ privacy: 'agreed', granted: 'scope.camera' });
    await recognise(page);
    await tap(page, '更多');
    await tap(page, '保存到相册');
    await answer(page, '拒绝');
    await answer(page, '去设置');
    await page.getByRole('dialog').getByRole('switch', { name: '添加到相册' }).check();
    await answer(page, '返回');
    await page.getByText('已保存到相册').waitFor();
    expect(await page.evaluate(() => globalThis.simulator.saved.length)).toBe(1);
  });
});

// What a person says that it is reaches the server's folder, and only where the person wants that.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { begin, closePhones, page, phone, server, shareServer } from './around.js';
import { cameraShows, names, tap } from './fingers.js';
import { classOf, photos } from './photos.js';
import { answer, openHistory, recognise, uploads } from './visit.js';

const SLOW = { timeout: 15_000 };

describe.skipIf(!photos)('a correction (needs ../shared)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'corrections-'));

  // The last of these runs first: the server has stopped when its folder goes.
  afterAll(() => rmSync(folder, { recursive: true }));
  shareServer({ PAISHI_CORRECTIONS: folder });
  closePhones();
  beforeEach(async () => {
    for (const one of readdirSync(folder)) rmSync(join(folder, one), { recursive: true });
    await begin();
  });

  /** @returns {string[]} the photos that were given, as name/file */
  const given = () => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.jpg'));

  /** @returns {Promise<string>} id of the class that was chosen, the second of the names */
  async function chooseSecond() {
    const { label } = await page.evaluate(() => globalThis.simulator.currentPage().instance.entry().predictions[1]);
    const { id, name } = classOf(label);
    await tap(page, '识别有误？');
    await page.getByRole('button', { name: name.zh, exact: true }).click();
    await page.getByText('已更正为', { exact: true }).waitFor();
    return id;
  }

  /** From a result to the settings, where corrections may be sent from now on. */
  async function consent() {
    await tap(page, '再拍一张');
    await tap(page, '打开设置');
    await page.getByRole('switch', { name: '帮助改进识别' }).click();
  }

  it('stays on the phone without consent, and goes with it: that photo, under that class', async () => {
    await recognise(page);
    const id = await chooseSecond();
    await consent();
    expect(await uploads(page)).toEqual(['/predict']);
    expect(given()).toEqual([]);
    await page.getByText('本机有 1 条以前的更正').waitFor();
    await answer(page, '上传');
    await expect.poll(given, SLOW).toHaveLength(1);
    expect(given()[0].split('/')[0]).toBe(id);

    const form = new FormData();
    form.append('image', new Blob([readFileSync(join(folder, given()[0]))]), 'photo.jpg');
    const { predictions } = await (await fetch(`${server.address}/predict`, { method: 'POST', body: form })).json();
    expect(predictions[0].label).toBe('broccoli');
  });

  it('of earlier is kept back where the person wants that; a later one goes, under the name that was typed', async () => {
    await recognise(page);
    await chooseSecond();
    await consent();
    await answer(page, '不上传');
    await page.evaluate(() => globalThis.simulator.call('navigateBack', {}));
    await recognise(page);
    await tap(page, '识别有误？');
    await page.getByRole('textbox', { name: '都不是？手动输入' }).fill('我家的菜');
    await tap(page, '保存');
    await expect.poll(given, SLOW).toHaveLength(1);
    expect(given()[0].split('/')[0]).toBe('我家的菜');
    expect(await uploads(page)).toEqual(['/predict', '/predict', '/corrections']);

    await tap(page, '再拍一张');
    await cameraShows(page);
    await openHistory(page);
    await page.getByText('共 2 条').waitFor();
    expect(await names(page).first().textContent()).toContain('我家的菜');
  });

  it('made without a network waits on the phone, also when it was off, and goes beside the next photo', async () => {
    await recognise(page);
    await consent();
    await page.evaluate(() => globalThis.simulator.call('navigateBack', {}));
    await cameraShows(page);
    await tap(page, '查看上次结果');
    await page.evaluate(() => globalThis.simulator.network('none'));
    const id = await chooseSecond();
    await expect.poll(() => uploads(page)).toEqual(['/predict', '/corrections']);
    await phone.restart();
    expect(given()).toEqual([]);
    await recognise(page);
    await expect.poll(given, SLOW).toHaveLength(1);
    expect(given()[0].split('/')[0]).toBe(id);
  });
});

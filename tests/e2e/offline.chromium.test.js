// Recognition without a network: the exported model, fetched from a real server, names photos as the server does.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { begin, closePhones, page, phone, server, shareServer } from './around.js';
import { names, tap } from './fingers.js';
import { photoOf, photos } from './photos.js';
import { PYTHON } from './recogniser.js';
import { answer } from './visit.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CACHE = join(ROOT, 'build/converted');
const MODEL = 'EfficientNetLite0';
const SETTINGS = { PAISHI_MODEL: MODEL, PAISHI_ON_DEVICE: 'true' };
const PHOTOS = ['beagle', 'broccoli', 'corkscrew', 'restaurant', 'cricket'];
/** Of probabilities, between the decoder of a phone and that of the server. */
const DIFFERENCE = 0.01;
const LINE = '离线识别，不含教过的东西';

/** As an operator does it; what an earlier run exported is used again. */
function exportModel() {
  if (existsSync(join(CACHE, 'on-device', MODEL, 'export.json'))) return;
  const env = { ...process.env, PAISHI_CACHE: CACHE };
  execFileSync(PYTHON, ['-m', 'paishi', 'export', MODEL, '--on-device'], { cwd: ROOT, env, stdio: 'pipe' });
}

describe.skipIf(!photos)('without a network (needs ../shared)', () => {
  beforeAll(exportModel);
  shareServer(SETTINGS);
  closePhones();

  /** @param {string} status @returns {Promise<void>} */
  const network = (status) => page.evaluate((now) => globalThis.simulator.network(now), status);
  /** @param {string} text  on the page of the switch, not on the settings below it */
  const says = (text) => page.locator('[data-route^="offline/"]').getByText(text, { exact: true }).waitFor();
  const toggle = () => page.getByLabel('离线识别', { exact: true });
  /** @returns {Promise<Record<string, any>>} of the page in front */
  const data = () => page.evaluate(() => globalThis.simulator.currentPage().data);
  /** @returns {Promise<[string, number][]>} of the model's files */
  const files = () =>
    page.evaluate(() =>
      Object.entries(globalThis.simulator.kept().files)
        .filter(([path]) => /\/offline\/./.test(path))
        .map(([path, { bytes }]) => [path.split('/').at(-1), bytes.length]),
    );

  async function openSwitch() {
    await tap(page, '打开设置');
    await page.getByRole('link', { name: /^离线识别/ }).click();
    await page.getByText('18.7 MB', { exact: false }).first().waitFor();
  }

  async function switchOn() {
    await openSwitch();
    await toggle().click();
    await says(MODEL);
  }

  async function toPhoto() {
    await page.evaluate(() => globalThis.simulator.call('reLaunch', { url: '/pages/photo/photo' }));
  }

  /** @param {string} word @returns {Promise<{id: string, probability: number}[]>} what the result page keeps */
  async function choose(word) {
    const bytes = readFileSync(photoOf(word)).toString('base64');
    await page.evaluate(async (encoded) => {
      const blob = await (await fetch(`data:image/jpeg;base64,${encoded}`)).blob();
      globalThis.simulator.album([new File([blob], 'a.jpg', { type: 'image/jpeg' })]);
    }, bytes);
    await tap(page, '从相册选');
    await names(page).first().waitFor();
    return page.evaluate(() => globalThis.simulator.call('getStorageSync', 'history')[0].predictions);
  }

  it('the phone gives the same names as the server, and the server answers again once it can', async () => {
    await begin();
    await switchOn();
    const { onnx, labels } = await (await fetch(`${server.address}/on-device`)).json();
    expect(new Map(await files())).toEqual(
      new Map([
        [`${onnx.sha256.slice(0, 16)}.onnx`, onnx.bytes],
        [`${labels.sha256.slice(0, 16)}.json`, labels.bytes],
      ]),
    );
    await toPhoto();
    for (const word of PHOTOS) {
      await network('none');
      const offline = await choose(word);
      await page.getByText(LINE).waitFor();
      expect(await page.getByText('点名称，查看识别依据').count()).toBe(0);
      await tap(page, '再拍一张');
      await network('wifi');
      const online = await choose(word);
      await page.getByText('点名称，查看识别依据').waitFor();
      await tap(page, '再拍一张');
      expect(offline.map(({ id }) => id).slice(0, 1)).toEqual(online.map(({ id }) => id).slice(0, 1));
      for (const { id, probability } of online) {
        const found = offline.find((one) => one.id === id);
        if (probability > DIFFERENCE) expect(Math.abs((found?.probability ?? 0) - probability), `${word} ${id}`).toBeLessThan(DIFFERENCE);
      }
    }
  });

  it('a download goes on after the app was closed, and the model works at a start without a network', async () => {
    await begin();
    await openSwitch();
    await toggle().click();
    await page.waitForFunction(() => globalThis.simulator.currentPage().data.percent >= 10);
    await network('lost');
    await says('尚未完成');
    const before = (await data()).percent;
    await phone.restart();
    await openSwitch();
    await says('尚未完成');
    expect((await data()).percent).toBe(before);
    const asked = () =>
      page.evaluate(() =>
        globalThis.simulator.log.filter(({ name, args }) => name === 'request' && args[0].header?.Range).map(({ args }) => args[0].header.Range),
      );
    await tap(page, '继续下载');
    await says(MODEL);
    expect((await asked()).filter((range) => range.startsWith('bytes=0-'))).toEqual([]);
    await phone.restart();
    await network('none');
    await choose('beagle');
    await page.getByText(LINE).waitFor();
  });

  it('switched off, nothing of it stays', async () => {
    await begin();
    await switchOn();
    await toggle().click();
    await answer(page, '取消');
    expect((await files()).length).toBe(2);
    await toggle().click();
    await answer(page, '关闭');
    await expect.poll(files).toEqual([]);
    expect((await data()).on).toBe(false);
  });
});

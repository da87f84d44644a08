// What the server's own page says of the server's state, of names that are not sure, and of refusals.
import { describe, expect, it } from 'vitest';
import { shareBrowser, shareServer } from './around.js';
import { keepScreenshot } from './artifacts.js';
import { answering, choose, example, fits, openHome, PHONE, rows } from './home.js';
import { shared } from './recogniser.js';

const photo = /** @type {string} */ (shared('photos/imagenet/n02088364_beagle.jpg'));
const { kind, ...unsure } = example('predictions-unsure');
const standingIn = example('ready-standing-in');
const unavailable = { ...example('problem-loading'), code: 'model-unavailable', detail: 'No weights.', retry_after: 30 };
const command = 'curl -L -o "/home/ada/.keras/models/resnet50.h5" https://weights.example.com/resnet50.h5';
const lacking = {
  ...unavailable,
  file: 'resnet50.h5',
  size: 102_967_424,
  hash: 'md5:2cb95161c43110f7111970584f804107',
  urls: ['javascript:alert(1)', 'https://weights.example.com/resnet50.h5', 'https://other.example.com/resnet50.h5'],
};

describe.skipIf(!photo)('the states of the page at / (needs ../shared)', () => {
  shareServer();
  shareBrowser();

  /**
   * Opens the page on a phone while a route answers with `body`; closes it after `look`.
   *
   * @param {string} path
   * @param {any} body
   * @param {(page: import('playwright-core').Page) => Promise<void>} look
   */
  async function seen(path, body, look) {
    const page = await openHome(PHONE, { before: answering(path, body) });
    await look(page);
    expect(await fits(page)).toBe(true);
    await page.close();
  }

  /** @param {import('playwright-core').Page} page */
  const toEnglish = (page) => page.getByRole('button', { name: 'English' }).tap();

  it.each([
    [{ kind }, '是钟表，但不确定是哪一种', 'It is a clock or watch, but I am not sure which'],
    [{}, '没认出来', 'Not recognised'],
  ])('a name that is not sure stands below what is: %j', (more, chinese, english) =>
    seen('predict', { ...unsure, ...more }, async (page) => {
      await choose(page, photo);
      await page.getByRole('heading', { name: chinese }).waitFor();
      await keepScreenshot(page, `home-unsure-${chinese.length}`);
      expect(await rows(page).count()).toBe(2);
      expect(await page.locator('#said').textContent()).toBe(chinese);
      await toEnglish(page);
      await page.getByRole('heading', { name: english }).waitFor();
    }),
  );

  it('a sure name has no heading above it', () =>
    seen('predict', example('predictions'), async (page) => {
      await choose(page, photo);
      await rows(page).first().waitFor();
      expect(await page.locator('#answer').getByRole('heading').count()).toBe(0);
      expect(await page.locator('#said').textContent()).toBe('印度象，82.7 %');
    }));

  it('the longest names fit', () => {
    const name = { zh: '一个特别长的名称'.repeat(8), en: 'Supercalifragilistic'.repeat(8) };
    const [first, ...others] = example('predictions').predictions;
    const long = { ...example('predictions'), predictions: [{ ...first, name }, ...others] };
    return seen('predict', long, async (page) => {
      await choose(page, photo);
      await rows(page).first().tap();
    });
  });

  it.each([
    [{ percent: 34 }, '下载中 34 %', 'at 34 %'],
    [{}, '正在准备', 'being prepared'],
    [{ reason: 'No network.' }, '还没有装好，会自动重试', 'not there yet and will be tried again'],
  ])('a model that stands in is no fault: %j', (more, chinese, english) =>
    seen('readyz', { ...standingIn, awaited: { name: 'ResNet50', ...more } }, async (page) => {
      const state = page.locator('.state.ready');
      await state.getByText(`先由内置模型识别；ResNet50 ${chinese}`, { exact: true }).waitFor();
      await toEnglish(page);
      const line = `Recognised by the built-in model for now; ResNet50 is ${english}`;
      await state.getByText(line, { exact: true }).waitFor();
      const why = page.locator('#reason');
      expect(await why.isVisible()).toBe('reason' in more);
      if (!('reason' in more)) return;
      await why.locator('summary').tap();
      expect(await why.getByText(String(more.reason)).isVisible()).toBe(true);
    }),
  );

  it.each([
    [example('problem-loading'), '模型正在加载…'],
    [unavailable, '暂时无法识别：No weights.'],
    [{ ...unavailable, code: 'shutting-down', retry_after: 5 }, '服务器正在重启。请 5 秒后再试。'],
  ])('the state is a line: $code', (body, line) =>
    seen('readyz', body, (page) => page.locator('#state').getByText(line, { exact: true }).waitFor()),
  );

  it('a server that is gone is said to be', async () => {
    const page = await openHome({}, { before: (opened) => opened.route(/\/readyz/, (route) => route.abort()) });
    await page.locator('.state.down').getByText('连不上服务器').waitFor();
    await page.close();
  });

  it('weights that the server cannot get are a card with the command to get them', () =>
    seen('readyz', { ...lacking, folder: '/home/ada/.keras/models', command }, async (page) => {
      const card = page.locator('#missing');
      await card.getByRole('heading', { name: '缺少模型文件' }).waitFor();
      await keepScreenshot(page, 'home-missing');
      expect(await page.locator('#state').textContent()).toBe('暂时无法识别：缺少模型文件');
      const text = await card.textContent();
      for (const part of ['resnet50.h5（103 MB）', '放进 /home/ada/.keras/models，', lacking.hash]) expect(text).toContain(part);
      const links = await card.getByRole('link').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
      expect(links).toEqual(['https://weights.example.com/resnet50.h5']);
      await page.context().grantPermissions(['clipboard-read']);
      await card.getByRole('button', { name: '复制' }).tap();
      await page.locator('#said').getByText('已复制').waitFor({ state: 'attached' });
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(command);
    }));

  it('for others than the operator the card has no command', () =>
    seen('readyz', lacking, async (page) => {
      await page.getByText('请联系服务器的管理员').waitFor();
      expect(await page.locator('#missing').getByRole('button').count()).toBe(0);
      await toEnglish(page);
      await page.getByText('The server cannot download this file. Please tell its operator.').waitFor();
    }));

  it('while another model answers, the card stands behind the reason', () =>
    seen('readyz', example('ready-without-weights'), async (page) => {
      const why = page.locator('#reason');
      await why.locator('summary').tap();
      await keepScreenshot(page, 'home-awaited-missing');
      expect(await why.getByRole('heading', { name: '缺少模型文件' }).isVisible()).toBe(true);
      expect(await why.locator('code').first().textContent()).toContain('.h5');
      expect(await page.locator('#missing').isVisible()).toBe(false);
    }));

  it('what may pass can be tried again with the same photo, after the time that the server names', () =>
    seen('predict', { ...unavailable, code: 'too-many-requests', status: 429, retry_after: 150 }, async (page) => {
      await choose(page, photo);
      await page.getByText('操作太频繁。请 3 分钟后再试。').waitFor();
      await page.unrouteAll();
      await page.getByRole('button', { name: '重试' }).tap();
      await rows(page).first().waitFor();
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('answer');
    }));

  it('what is wrong with the photo itself cannot', () =>
    seen('predict', example('problem'), async (page) => {
      await choose(page, photo);
      await page.getByText('照片无法读取，可能已损坏，请换一张。').waitFor();
      expect(await page.getByRole('button', { name: '重试' }).count()).toBe(0);
    }));

  it.each([
    ['a page of a proxy', { status: 502, body: '<html>Bad gateway' }, '响应异常，可能被代理或登录页拦截。'],
    ['no response', 'abort', '连不上服务器'],
  ])('%s in place of a response is a sentence', async (_, response, sentence) => {
    const page = await openHome();
    await page.route(/\/predict/, (route) => (typeof response === 'string' ? route.abort() : route.fulfill(response)));
    await choose(page, photo);
    expect(await page.getByRole('alert').locator('p').textContent()).toBe(sentence);
    await page.close();
  });
});

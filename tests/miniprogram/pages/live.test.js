import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { cloudFolder } from '../cloud-folder.js';
import { sizeOf } from '../picture.js';
import { later, predictionsOf } from '../replies.js';
import { problem } from '../server.js';
import { example } from '../sources.js';
import { aroundEachTest, open, phone, server } from './around.js';
import { TRUSTING } from './phone.js';

aroundEachTest({ phone: TRUSTING });

/** Longer than a frame is waited for. */
const PATIENCE_MS = 30_000;
/** Longer than from one frame to the next. */
const LONGER_THAN_A_FRAME_MS = 1000;

/** @returns {string} what stands over the picture */
const line = () => phone.text('.said');

/** @returns {import('../server.js').Received[]} */
const sent = () => server.to('/predict');

/** @param {string} text  waits until it stands over the picture @returns {Promise<void>} */
const says = (text) => phone.until(() => expect(line()).toBe(text));

/** @returns {void} */
function expectOff() {
  expect(phone.simulator.frameListeners()).toBe(0);
  expect(phone.named('停止实时识别')).toBeNull();
}

describe('names over the moving picture', () => {
  it('are off until they are wanted, and off again by the same button', async () => {
    await open();
    expectOff();
    expect(phone.text('.said')).toBe('');
    expect(phone.find('.said').getAttribute('aria-live')).toBe('polite');
    expect(phone.named('开始实时识别').getAttribute('role')).toBe('button');
    await phone.tap('开始实时识别');
    expect(line()).toBe('对准物体，名称会显示在这里');
    expect(phone.simulator.frameListeners()).toBe(1);
    await says('印度象');
    await phone.tap('停止实时识别');
    expectOff();
    expect(line()).toBe('');
    expect(phone.page.data.stage).toBe('aim');
  });

  it('are of two frames that agree, which go out one at a time, small, and into no history', async () => {
    const [first, other] = [predictionsOf('猫'), JSON.parse(predictionsOf('狗'))];
    other.predictions[0].id = 'n2';
    let under = 0;
    const together = [];
    const answers = (body, wait = 0) => async () => {
      together.push((under += 1));
      await pause(wait);
      under -= 1;
      return { body };
    };
    server.on('POST /predict', answers(first, LONGER_THAN_A_FRAME_MS), answers(other), answers(other));
    await open();
    await phone.tap('开始实时识别');
    await says('狗');
    expect(sent()).toHaveLength(3);
    expect(together).toEqual([1, 1, 1]);
    expect(sent()[0].query.get('top')).toBe('1');
    const { body } = sent()[0];
    const jpeg = Buffer.from(body.slice(body.indexOf('\xff\xd8')), 'latin1');
    expect(sizeOf(jpeg)).toEqual([288, 352]);
    await phone.tap('停止实时识别');
    expect(Object.keys(phone.stored())).not.toContain('history');
    expect(Object.keys(phone.stored())).not.toContain('atlas');
    expect(phone.photos().filter((path) => path.includes('history'))).toEqual([]);
  });

  it('are taught things too', async () => {
    server.on('POST /predict', { body: example('predictions-taught') });
    await open();
    await phone.tap('开始实时识别');
    await says(JSON.parse(example('predictions-taught')).predictions[0].name.zh);
  });

  it('are kinds where the model is not sure of more, and none where it is not even sure of that', async () => {
    server.on('POST /predict', { body: example('predictions-unsure') });
    await open();
    await phone.tap('开始实时识别');
    await says('看起来是钟表');
    server.on('POST /predict', { body: { ...JSON.parse(example('predictions-unsure')), kind: undefined } });
    await says('对准物体，名称会显示在这里');
  });

  it('are in the language of the user', async () => {
    await open({ language: 'en' });
    await phone.tap('Start live names');
    await says('Indian elephant');
  });
});

describe('it stops', () => {
  it('for a photo, which is taken as before', async () => {
    const answer = later({ body: example('predictions') });
    server.on('POST /predict', answer.reply, { body: example('predictions') });
    await open();
    await phone.tap('开始实时识别');
    await phone.until(() => expect(sent()).toHaveLength(1));
    await phone.tap('拍照');
    expect(phone.simulator.frameListeners()).toBe(0);
    await phone.until(() => expect(phone.simulator.pages()).toHaveLength(2));
    answer.send();
    expect(sent()).toHaveLength(2);
    expect(sent()[1].query.get('top')).toBeNull();
    expect(phone.text()).toContain('印度象');
    expect(phone.photos().filter((path) => path.includes('history'))).toHaveLength(2);
  });

  it('for a photo that then fails, too', async () => {
    await open();
    await phone.tap('开始实时识别');
    await says('印度象');
    phone.simulator.fail('takePhoto', 'busy');
    await phone.tap('拍照');
    await phone.reads('拍照失败');
    expectOff();
    expect(line()).toBe('');
  });

  it.each([
    ['the app is left', () => phone.simulator.hide(), () => phone.simulator.show()],
    ['another page opens', () => phone.tap('查看历史记录'), () => phone.back()],
    ['the album opens', () => phone.tap('从相册选几张'), () => {}],
    ['the camera stops', () => phone.find('camera').__wxElement.triggerEvent('stop', {}), () => phone.tap('打开相机')],
    ['the consent is asked for', () => phone.find('privacy-sheet').__wxElement.triggerEvent('open', {}), () => phone.find('privacy-sheet').__wxElement.triggerEvent('close', {})],
  ])('where %s, and does not go on by itself', async (_, leave, come) => {
    await open({ wx: { chooseMedia: () => {} } });
    await phone.tap('开始实时识别');
    await says('印度象');
    await leave();
    await phone.settle();
    expect(phone.simulator.frameListeners()).toBe(0);
    await come();
    await phone.until(() => expect(phone.named('开始实时识别')).not.toBeNull());
    expectOff();
    expect(line()).toBe('');
  });

  it('after a minute', async () => {
    await open();
    await phone.tap('开始实时识别');
    await says('印度象');
    const { now } = phone.window.Date;
    phone.window.Date.now = () => now() + 60_000;
    await says('实时识别已自动停止，需要时再打开');
    expectOff();
    await phone.tap('开始实时识别');
    await says('印度象');
  });

  it('where the camera has no frames', async () => {
    await open();
    phone.simulator.fail('startCameraFrame', 'not supported');
    await phone.tap('开始实时识别');
    await vi.waitFor(() => expect(line()).toBe('无法读取实时画面，请直接拍照'), { timeout: PATIENCE_MS });
    expectOff();
    expect(sent()).toEqual([]);
  });

  it('where a frame cannot be written', async () => {
    await open();
    phone.simulator.fail('canvasToTempFilePath', 'create bitmap failed');
    await phone.tap('开始实时识别');
    await says('无法读取实时画面，请直接拍照');
    expectOff();
  });
});

it('stops where a frame is not as large as it says', async () => {
  const frame = { width: 2, height: 2, data: new ArrayBuffer(20) };
  const onCameraFrame = (listener) => ({ start: () => void setInterval(() => listener(frame), 20).unref(), stop() {} });
  await open({ wx: { createCameraContext: () => ({ onCameraFrame }) } });
  await phone.tap('开始实时识别');
  await says('无法读取实时画面，请直接拍照');
  expect(sent()).toEqual([]);
});

describe('a server', () => {
  it.each([
    ['that is busy', problem('problem', { code: 'overloaded', status: 503, retry_after: 1 })],
    ['that loads its model', problem('problem-loading', { retry_after: 1 })],
  ])('%s gets the next frame when it said', async (_, refusal) => {
    server.on('POST /predict', refusal, { body: example('predictions') });
    await open();
    await phone.tap('开始实时识别');
    await says('识别的人较多，1 秒后继续');
    expect(sent()).toHaveLength(1);
    await says('印度象');
  });

  it.each([
    ['that asks for more than a minute', problem('problem', { code: 'too-many-requests', status: 429, retry_after: 61 }), '操作太频繁'],
    ['that cannot answer', { status: 500, body: '{}' }, '服务出错了'],
  ])('%s gets no more', async (_, refusal, title) => {
    server.on('POST /predict', refusal);
    await open();
    await phone.tap('开始实时识别');
    await says(`${title}，实时识别已停止`);
    expectOff();
    expect(sent()).toHaveLength(1);
  });

  it('that is not set gets none', async () => {
    await open({ envVersion: 'release' });
    await phone.tap('开始实时识别');
    await says('识别服务还没有开通，实时识别已停止');
    expect(phone.called('createCameraContext')).toBe(0);
    expectOff();
  });

  it('gets none before the consent', async () => {
    await open({ privacy: 'ask', scopes: {} });
    expect(phone.named('开始实时识别')).toBeNull();
    await phone.tap('打开相机');
    expect(phone.named('开始实时识别')).toBeNull();
    await phone.tap('同意');
    await phone.tap('允许');
    expect(phone.named('开始实时识别')).not.toBeNull();
    expectOff();
    expect(sent()).toEqual([]);
  });
});

describe('through the cloud', () => {
  const root = cloudFolder();
  afterAll(() => rmSync(root, { recursive: true }));

  it('names come as well', async () => {
    await open({ root, cloud: 'env-1/paishi' });
    await phone.tap('开始实时识别');
    await says('印度象');
    expect(sent()[0].query.get('top')).toBe('1');
    expect(phone.called('uploadFile')).toBe(0);
  });
});

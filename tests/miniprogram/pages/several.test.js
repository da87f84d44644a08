import { describe, expect, it } from 'vitest';
import { PICTURE } from '../picture.js';
import { later, predictionsOf } from '../replies.js';
import { problem } from '../server.js';
import { aroundEachTest, open, phone, server } from './around.js';
import { TRUSTING } from './phone.js';

aroundEachTest({ answers: {}, phone: TRUSTING });

const REPLIES = ['一', '二', '三'].map((name) => ({ body: predictionsOf(name) }));

/** Three photos from the album. @returns {Promise<void>} */
async function chooseThree() {
  await open();
  phone.simulator.album([phone.picture(), phone.picture(), phone.picture()]);
  await phone.tap('从相册选几张');
}

/** @returns {string[]} names in the history, newest first */
const kept = () => (phone.stored().history ?? []).map(({ predictions }) => predictions[0].name.zh);

/** @param {string} [type] @returns {{name: string, type: string, bytes: Uint8Array}} a picture of a chat */
const material = (type = 'image/jpeg') => ({ name: 'chat.jpg', type, bytes: new Uint8Array(PICTURE) });

describe('several photos from the album', () => {
  it('go one after the other, with their place, and end in the history', async () => {
    const [first, second] = [later(REPLIES[0]), later(REPLIES[1])];
    server.on('POST /predict', first.reply, second.reply, REPLIES[2]);
    await chooseThree();
    await phone.until(() => expect(server.to('/predict')).toHaveLength(1));
    expect(phone.text('.place')).toBe('1/3');
    expect(phone.find('.place').getAttribute('aria-label')).toBe('第 1 张，共 3 张');
    expect(phone.text()).not.toContain('换一张');
    first.send();
    await phone.until(() => expect(server.to('/predict')).toHaveLength(2));
    expect(phone.text('.place')).toBe('2/3');
    second.send();
    await phone.until(() => expect(phone.simulator.pages()).toEqual(['pages/photo/photo', 'pages/history/history']));
    expect(kept()).toEqual(['三', '二', '一']);
    await phone.back();
    expect(phone.find('camera')).not.toBeNull();
  });

  it('can be stopped; what was recognised stays', async () => {
    server.on('POST /predict', REPLIES[0], { instead: 'hang' });
    await chooseThree();
    await phone.until(() => expect(server.to('/predict')).toHaveLength(2));
    await phone.tap('停止');
    expect(phone.find('camera')).not.toBeNull();
    await phone.settle();
    expect(server.to('/predict')).toHaveLength(2);
    expect(kept()).toEqual(['一']);
  });

  it('wait as long as the server asks, and go on', async () => {
    server.on('POST /predict', REPLIES[0], problem('problem', { code: 'too-many-requests', status: 429, retry_after: 0.3 }), ...REPLIES.slice(1));
    await chooseThree();
    await phone.reads('排队中');
    expect(phone.text('.place')).toBe('2/3');
    await phone.until(() => expect(kept()).toEqual(['三', '二', '一']));
    expect(server.to('/predict')).toHaveLength(4);
  });

  it('stop at one that fails, which can be skipped', async () => {
    server.on('POST /predict', REPLIES[0], problem('problem', { code: 'image-format-unsupported', status: 415 }), REPLIES[2]);
    await chooseThree();
    await phone.reads('不支持的格式');
    expect(phone.text('.place')).toBe('2/3');
    expect(phone.text('.dock')).toBe('跳过这张 停止');
    await phone.tap('跳过这张');
    await phone.until(() => expect(phone.simulator.pages()).toContain('pages/history/history'));
    expect(kept()).toEqual(['三', '一']);
  });

  it('of which there is only one open its result', async () => {
    server.on('POST /predict', REPLIES[0]);
    await open();
    phone.simulator.album([phone.picture()]);
    await phone.tap('从相册选几张');
    await phone.until(() => expect(phone.simulator.pages()).toEqual(['pages/photo/photo', 'pages/result/result']));
  });
});

describe('a picture out of a chat', () => {
  it('is recognised when the app starts with it', async () => {
    server.on('POST /predict', REPLIES[0]);
    await open({ forwarded: [material()] });
    await phone.until(() => expect(phone.simulator.pages()).toEqual(['pages/photo/photo', 'pages/result/result']));
    expect(phone.text('.row-first')).toContain('一');
    expect(server.to('/predict')[0].body).toContain(PICTURE.toString('latin1'));
  });

  it('is recognised where the app already runs, once, and the next one again', async () => {
    server.on('POST /predict', ...REPLIES);
    await open({ page: 'pages/history/history' });
    phone.simulator.forward([material('image/png')]);
    await phone.until(() => expect(phone.simulator.pages()).toEqual(['pages/photo/photo', 'pages/result/result']));
    await phone.back();
    phone.simulator.hide();
    phone.simulator.show();
    await phone.settle();
    expect(server.to('/predict')).toHaveLength(1);
    phone.simulator.forward([material()]);
    await phone.until(() => expect(phone.simulator.pages()).toEqual(['pages/photo/photo', 'pages/result/result']));
    expect(kept()).toEqual(['二', '一']);
  });

  it('takes the place of a photo that is under way', async () => {
    server.on('POST /predict', { instead: 'hang' }, REPLIES[1]);
    await open();
    await phone.tap('拍照');
    await phone.until(() => expect(server.to('/predict')).toHaveLength(1));
    phone.simulator.forward([material()]);
    await phone.until(() => expect(kept()).toEqual(['二']));
  });

  it('may be several', async () => {
    server.on('POST /predict', ...REPLIES);
    await open({ forwarded: [material(), material()] });
    await phone.until(() => expect(kept()).toEqual(['二', '一']));
  });
});

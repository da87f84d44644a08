import { describe, expect, it } from 'vitest';
import { later, predictionsOf } from '../replies.js';
import { example } from '../sources.js';
import { aroundEachTest, open, phone, server } from './around.js';
import { TRUSTING } from './phone.js';

aroundEachTest({ phone: TRUSTING });

/** @param {'crop' | 'squash' | 'both'} fit @returns {{body: object}} */
const ready = (fit) => ({ body: { ...JSON.parse(example('ready')), fit } });

/** @returns {any} properties of the camera */
const camera = () => phone.find('camera').__wxElement.data;

describe('the frame', () => {
  it('shows what a model sees that gets the middle only', async () => {
    server.on('GET /readyz', ready('crop'));
    await open();
    await phone.until(() => expect(phone.find('.frame')).not.toBeNull());
    expect(phone.text()).toContain('将物体放入框内');
  });

  it.each(['squash', 'both'])('is not there where all of the photo counts: %s', async (fit) => {
    const answer = later(ready(/** @type {any} */ (fit)));
    server.on('GET /readyz', answer.reply);
    await open({ storage: { fit: { server: 'http://127.0.0.1:5000', fit: 'crop' } } });
    expect(phone.find('.frame')).not.toBeNull();
    answer.send();
    await phone.until(() => expect(phone.find('.frame')).toBeNull());
    expect(phone.text()).toContain('将物体置于画面中央');
  });

  it('is not there where nobody knows', async () => {
    server.on('GET /readyz', { status: 500 });
    await open({ storage: { fit: { server: 'http://other', fit: 'crop' } } });
    await phone.until(() => expect(server.to('/readyz')).toHaveLength(1));
    await phone.settle();
    expect(phone.find('.frame')).toBeNull();
  });

  it('is there at once the next time', async () => {
    await open({ storage: { fit: { server: 'http://127.0.0.1:5000', fit: 'crop' } } });
    expect(phone.find('.frame')).not.toBeNull();
  });
});

describe('the camera', () => {
  it('has its flash off, automatic, on, and off again', async () => {
    await open();
    const seen = [camera().flash];
    for (const name of ['闪光灯：关', '闪光灯：自动', '闪光灯：开']) {
      await phone.tap(name);
      seen.push(camera().flash);
    }
    expect(seen).toEqual(['off', 'auto', 'on', 'off']);
  });

  it('looks forth and back, and has no flash on the side of the face', async () => {
    await open();
    await phone.tap('闪光灯：关');
    expect(camera().devicePosition).toBe('back');
    await phone.tap('切换到前置摄像头');
    expect(camera().devicePosition).toBe('front');
    expect(camera().flash).toBe('off');
    expect(phone.named('闪光灯：自动')).toBeNull();
    await phone.tap('切换到后置摄像头');
    expect(camera()).toMatchObject({ devicePosition: 'back', flash: 'auto' });
  });

  it('is closed while another page shows, and open again behind it', async () => {
    await open();
    await phone.tap('查看历史记录');
    expect(phone.simulator.pages().at(-1)).toBe('pages/history/history');
    expect(phone.window.document.querySelector('wx-camera')).toBeNull();
    await phone.back();
    await phone.until(() => expect(phone.find('camera')).not.toBeNull());
  });
});

describe('the last result', () => {
  it('is not there at first', async () => {
    await open();
    expect(phone.find('.side-photo')).toBeNull();
    expect(phone.text()).not.toContain('上次');
  });

  it('is beside the shutter when one comes back, and opens', async () => {
    await open();
    await phone.tap('拍照');
    await phone.until(() => expect(phone.simulator.pages()).toHaveLength(2));
    await phone.back();
    await phone.until(() => expect(phone.find('camera')).not.toBeNull());
    expect(phone.page.data.picture).toBe('');
    expect(phone.text()).toContain('印度象');
    await phone.tap('查看上次结果：印度象');
    expect(phone.simulator.pages()).toEqual(['pages/photo/photo', 'pages/result/result']);
    expect(phone.text()).toContain('83%');
    expect(server.to('/predict')).toHaveLength(1);
  });

  it('has a name of any length, and none where the server was not sure', async () => {
    server.on('POST /predict', { body: predictionsOf('很'.repeat(80)) }, { body: { ...JSON.parse(example('predictions')), confident: false } });
    await open();
    await phone.tap('拍照');
    await phone.until(() => expect(phone.simulator.pages()).toHaveLength(2));
    await phone.back();
    expect(phone.text()).toContain('很'.repeat(80));
    await phone.tap('拍照');
    await phone.until(() => expect(phone.simulator.pages()).toHaveLength(2));
    await phone.back();
    expect(phone.named('查看上次结果')).not.toBeNull();
    expect(phone.text()).not.toContain('印度象');
  });

  it('is called by its kind where the server was not sure of more', async () => {
    server.on('POST /predict', { body: example('predictions-unsure') });
    await open();
    await phone.tap('拍照');
    await phone.until(() => expect(phone.simulator.pages()).toHaveLength(2));
    await phone.back();
    expect(phone.named('查看上次结果：钟表').textContent).toContain('钟表');
  });

  it('whose picture is gone is a sign', async () => {
    await open();
    await phone.tap('拍照');
    await phone.until(() => expect(phone.simulator.pages()).toHaveLength(2));
    await phone.back();
    phone.find('.side-photo').__wxElement.triggerEvent('error', {});
    await phone.settle();
    expect(phone.find('.side-photo')).toBeNull();
    expect(phone.named('查看上次结果：印度象')).not.toBeNull();
  });
});

it('the photo that is kept is the one that was sent', async () => {
  await open();
  await phone.tap('拍照');
  await phone.until(() => expect(phone.simulator.pages()).toHaveLength(2));
  const sent = server.to('/predict')[0].body;
  const files = phone.simulator.call('getFileSystemManager');
  const folder = `${phone.simulator.env.USER_DATA_PATH}/history`;
  const [name] = files.readdirSync(folder);
  const bytes = Buffer.from(new Uint8Array(files.readFileSync(`${folder}/${name}`))).toString('latin1');
  expect(sent).toContain(bytes);
});

it('the first data of the page is small', async () => {
  await open();
  expect(JSON.stringify(phone.page.data).length).toBeLessThan(3000);
});

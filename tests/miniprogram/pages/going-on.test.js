import { describe, expect, it } from 'vitest';
import { example } from '../sources.js';
import { later, predictionsOf } from '../replies.js';
import { aroundEachTest, open, phone, server } from './around.js';
import { TRUSTING } from './phone.js';

aroundEachTest({ phone: TRUSTING });

/** @param {object} [options] @returns {Promise<void>} a photo is on its way */
async function shoot(options) {
  await open(options);
  await phone.tap('拍照');
}

/** Uploads that end as the test wants. */
function takeOver() {
  const started = [];
  const uploadFile = (options) => {
    started.push(options);
    return { abort() {}, onProgressUpdate() {} };
  };
  return { started, wx: { uploadFile } };
}

/** @param {any} task @returns {Promise<void>} the platform stops it, as it does when WeChat is away for long */
async function interrupt(task) {
  task.fail({ errMsg: 'uploadFile:fail interrupted' });
  await phone.settle();
}

describe('an upload that WeChat stopped', () => {
  it('starts again by itself when the page is back, once; then there is a button', async () => {
    const { started, wx } = takeOver();
    await shoot({ wx });
    phone.simulator.hide();
    await interrupt(started[0]);
    expect(started).toHaveLength(1);
    phone.simulator.show();
    await phone.settle();
    expect(started).toHaveLength(2);
    expect(started[1].filePath).toBe(started[0].filePath);
    expect(phone.text()).toContain('正在上传');

    phone.simulator.hide();
    await interrupt(started[1]);
    phone.simulator.show();
    await phone.settle();
    expect(started).toHaveLength(2);
    expect(phone.text()).toContain('上传中断');
    await phone.tap('重试');
    started[2].success({ statusCode: 200, data: example('predictions') });
    await phone.reads('印度象');
  });

  it('goes out again when WeChat was away for long', async () => {
    server.on('POST /predict', { instead: 'hang' }, { body: example('predictions') });
    await shoot();
    await phone.until(() => expect(server.to('/predict')).toHaveLength(1));
    phone.simulator.hide({ seconds: 6 });
    phone.simulator.show();
    await phone.reads('印度象');
    expect(server.to('/predict')).toHaveLength(2);
  });

  it('goes on where WeChat was away for a moment', async () => {
    const answer = later({ body: example('predictions') });
    server.on('POST /predict', answer.reply);
    await shoot();
    await phone.until(() => expect(server.to('/predict')).toHaveLength(1));
    phone.simulator.hide({ seconds: 3 });
    phone.simulator.show();
    answer.send();
    await phone.reads('印度象');
    expect(server.to('/predict')).toHaveLength(1);
  });

  it('starts again at once where the word comes when the page is back already', async () => {
    const { started, wx } = takeOver();
    await shoot({ wx });
    phone.simulator.hide();
    phone.simulator.show();
    await interrupt(started[0]);
    expect(started).toHaveLength(2);
    started[1].success({ statusCode: 200, data: example('predictions') });
    await phone.reads('印度象');
  });

  it('stays called off', async () => {
    const { started, wx } = takeOver();
    await shoot({ wx });
    await phone.tap('取消');
    phone.simulator.hide();
    await interrupt(started[0]);
    phone.simulator.show();
    await phone.settle();
    expect(started).toHaveLength(1);
    expect(phone.page.data.stage).toBe('aim');
  });
});

describe('an answer that comes while the page is away', () => {
  it('is kept at once, and shown when the page is back', async () => {
    const answer = later({ body: predictionsOf('等着的') });
    server.on('POST /predict', answer.reply);
    await shoot();
    await phone.until(() => expect(server.to('/predict')).toHaveLength(1));
    phone.simulator.hide();
    answer.send();
    await phone.until(() => expect(phone.window.localStorage.getItem('simulator:history')).toContain('等着的'));
    expect(phone.simulator.pages()).toHaveLength(1);
    phone.simulator.show();
    await phone.until(() => expect(phone.simulator.pages()).toHaveLength(2));
    expect(phone.text()).toContain('等着的');
  });
});

describe('a network that goes away in the middle', () => {
  it('is named, and the photo goes out by itself when it is back, once', async () => {
    server.on('POST /predict', { instead: 'hang' });
    await shoot();
    await phone.until(() => expect(server.to('/predict')).toHaveLength(1));
    phone.simulator.network('none');
    await phone.reads('没有网络');
    phone.simulator.network('wifi');
    await phone.until(() => expect(server.to('/predict')).toHaveLength(2));
    expect(phone.text()).toContain('正在');
    phone.simulator.network('none');
    await phone.reads('没有网络');
    phone.simulator.network('wifi');
    await phone.settle();
    expect(server.to('/predict')).toHaveLength(2);
    server.on('POST /predict', { body: example('predictions') });
    await phone.tap('重试');
    await phone.reads('印度象');
  });

  it('and comes back behind the page is used when the page is back', async () => {
    server.on('POST /predict', { instead: 'hang' }, { body: example('predictions') });
    await shoot();
    await phone.until(() => expect(server.to('/predict')).toHaveLength(1));
    phone.simulator.network('none');
    await phone.reads('没有网络');
    phone.simulator.hide();
    phone.simulator.network('wifi');
    await phone.settle();
    expect(server.to('/predict')).toHaveLength(1);
    phone.simulator.show();
    await phone.reads('印度象');
  });

  it('and is there again at once costs one more try, by itself', async () => {
    server.on('POST /predict', { instead: 'hang' }, { body: example('predictions') });
    await shoot();
    await phone.until(() => expect(server.to('/predict')).toHaveLength(1));
    phone.simulator.network('lost');
    phone.simulator.network('4g');
    await phone.reads('印度象');
    expect(server.to('/predict')).toHaveLength(2);
  });

  it('does not send again what the server refused', async () => {
    server.on('POST /predict', { status: 422, body: example('problem') });
    await shoot();
    await phone.reads('照片无法读取');
    phone.simulator.network('none');
    phone.simulator.network('wifi');
    await phone.settle();
    expect(server.to('/predict')).toHaveLength(1);
  });

  it('is nothing to a page that is gone', async () => {
    await shoot();
    await phone.until(() => expect(phone.simulator.pages()).toHaveLength(2));
    phone.simulator.call('reLaunch', { url: '/pages/photo/photo' });
    await phone.settle();
    const before = phone.called('uploadFile');
    phone.simulator.network('none');
    phone.simulator.network('wifi');
    await phone.settle();
    expect(phone.called('uploadFile')).toBe(before);
    expect(phone.called('offNetworkStatusChange')).toBe(1);
  });
});

import { describe, expect, it } from 'vitest';
import { PICTURE } from '../picture.js';
import { example, load } from '../sources.js';
import { later, predictionsOf } from '../replies.js';
import { problem } from '../server.js';
import { aroundEachTest, open, phone, server } from './around.js';
import { TRUSTING } from './phone.js';

aroundEachTest({ phone: TRUSTING });

const { WARM_UP_WAITS } = load('services/api/recognise.js');

/** @param {import('./phone.js').PhoneOptions} [options] @returns {Promise<void>} */
async function openReady(options) {
  await open(options);
  // The page has asked how the server looks at photos.
  await phone.until(() => expect(server.to('/readyz')).toHaveLength(1));
  server.received.length = 0;
}

/** Uploads that report and end as the test wants; a platform that ignores abort. */
function takeOver() {
  const [started, aborted] = [[], []];
  const uploadFile = (options) => {
    started.push(options);
    return { abort: () => aborted.push(options), onProgressUpdate: (tell) => (options.tell = tell) };
  };
  return { started, aborted, uploadFile };
}

describe('a photo', () => {
  it('goes to POST /predict as the field image, with the boundary that the client writes', async () => {
    await openReady();
    await phone.tap('拍照');
    await phone.reads('印度象');
    const [request] = server.to('/predict');
    expect(request.method).toBe('POST');
    expect(request.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(request.body).toMatch(/name="image"; filename="[^"]+\.jpg"/);
    expect(request.body).toContain(PICTURE.toString('latin1'));
    expect(phone.calls.find(({ name }) => name === 'uploadFile').args[0].timeout).toBeLessThanOrEqual(60_000);
  });

  it('comes back as names with percents, Chinese large', async () => {
    await openReady();
    await phone.tap('拍照');
    await phone.reads('印度象');
    expect(phone.findAll('.name').map((it) => it.textContent)).toEqual(['印度象', '长牙象']);
    expect(phone.findAll('.other').map((it) => it.textContent)).toContain('Indian elephant');
    expect(phone.findAll('.percent').map((it) => it.textContent)).toEqual(['83%', '11%']);
    expect(phone.find('.row-first .bar').getAttribute('style')).toContain('82.7%');
    expect(phone.text()).toContain('由 ResNet50 识别');
  });

  it('has English large where WeChat speaks English', async () => {
    await openReady({ language: 'en' });
    await phone.tap('Take a photo');
    await phone.reads('Indian elephant');
    expect(phone.find('.name').textContent).toBe('Indian elephant');
    expect(phone.find('.other').textContent).toBe('印度象');
    expect(phone.text()).toContain('Recognised by ResNet50');
    const titles = phone.calls.filter(({ name }) => name === 'setNavigationBarTitle').map(({ args }) => args[0].title);
    expect(titles[0]).toBe('What is it?');
  });

  it('is shown whole, by its path and not by its bytes', async () => {
    server.on('POST /predict', { instead: 'hang' });
    await openReady();
    await phone.tap('拍照');
    expect(phone.find('.picture-image').__wxElement.data.mode).toBe('aspectFit');
    expect(phone.page.data.picture).toMatch(/^(wxfile|http):\/\//);
    expect(JSON.stringify(phone.page.data).length).toBeLessThan(8000);
  });

  it('is followed by another', async () => {
    await openReady();
    await phone.tap('拍照');
    await phone.reads('印度象');
    await phone.tap('再拍一张');
    await phone.until(() => expect(phone.find('camera')).not.toBeNull());
    server.on('POST /predict', { body: predictionsOf('第二张') });
    await phone.tap('拍照');
    await phone.reads('第二张');
    expect(server.to('/predict')).toHaveLength(2);
  });

  it('is sent once, however often the button is pressed', async () => {
    await openReady();
    const shutter = phone.named('拍照');
    shutter.click();
    shutter.click();
    shutter.click();
    await phone.reads('印度象');
    expect(phone.called('uploadFile')).toBe(1);
    expect(server.to('/predict')).toHaveLength(1);
  });
});

describe('on its way', () => {
  it('the photo is shown with the part that was sent', async () => {
    await openReady();
    phone.simulator.uploadThrottle(2000);
    await phone.tap('拍照');
    expect(phone.text()).toContain('正在上传');
    await phone.until(() => expect(phone.text('.percent')).toMatch(/^[1-9]\d?%$/));
    await phone.reads('印度象');
  });

  it('it is said when all was sent and the server has its turn', async () => {
    const tasks = takeOver();
    await openReady({ wx: { uploadFile: tasks.uploadFile } });
    await phone.tap('拍照');
    const [task] = tasks.started;
    task.tell({ progress: 40 });
    expect(phone.text()).toContain('正在上传 40%');
    task.tell({ progress: 100 });
    expect(phone.text()).toContain('正在识别');
    task.success({ statusCode: 200, data: example('predictions') });
    await phone.reads('印度象');
  });

  it('it can be called off, and the camera is there again', async () => {
    server.on('POST /predict', { instead: 'hang' });
    await openReady();
    await phone.tap('拍照');
    await phone.until(() => expect(server.to('/predict')).toHaveLength(1));
    await phone.tap('取消');
    expect(phone.find('camera')).not.toBeNull();
    expect(phone.page.data.stage).toBe('aim');
    await phone.settle();
    expect(phone.page.data.stage).toBe('aim');
  });

  it('an answer to a photo that was called off never shows', async () => {
    const first = later({ body: predictionsOf('旧答案') });
    server.on('POST /predict', first.reply, { body: predictionsOf('新答案') });
    await openReady();
    await phone.tap('拍照');
    await phone.until(() => expect(server.to('/predict')).toHaveLength(1));
    await phone.tap('取消');
    await phone.tap('拍照');
    first.send();
    await phone.reads('新答案');
    await phone.settle();
    expect(phone.text()).not.toContain('旧答案');
  });

  it('late words of a platform that ignores abort change nothing', async () => {
    const tasks = takeOver();
    await openReady({ wx: { uploadFile: tasks.uploadFile } });
    await phone.tap('拍照');
    await phone.tap('取消');
    await phone.tap('拍照');
    const [old, fresh] = tasks.started;
    expect(tasks.aborted).toEqual([old]);
    old.tell({ progress: 77 });
    old.success({ statusCode: 200, data: predictionsOf('旧答案') });
    await phone.settle();
    expect(phone.text()).not.toContain('77');
    expect(phone.text()).not.toContain('旧答案');
    fresh.success({ statusCode: 200, data: predictionsOf('新答案') });
    await phone.reads('新答案');
  });
});

describe('a server that warms up', () => {
  it('is waited for, visibly, and the photo is sent again when it is ready', async () => {
    server.on('POST /predict', problem('problem-loading', { retry_after: 0.05 }), { body: example('predictions') });
    await openReady();
    server.on('GET /readyz', problem('problem-loading', { retry_after: 0.3 }), { body: example('ready') });
    await phone.tap('拍照');
    await phone.reads('正在启动识别服务');
    await phone.reads(`（2/${WARM_UP_WAITS}）`);
    await phone.reads('印度象');
    expect(server.to('/predict')).toHaveLength(2);
    expect(server.to('/readyz')).toHaveLength(2);
  });

  it('is asked again by sending where it has no word about being ready', async () => {
    const loading = problem('problem-loading', { retry_after: 0.02 });
    server.on('POST /predict', loading, loading, { body: example('predictions') });
    await openReady();
    await phone.tap('拍照');
    await phone.reads('印度象');
    expect(server.to('/predict')).toHaveLength(3);
  });

  it('is not waited for for ever', async () => {
    const loading = problem('problem-loading', { retry_after: 0.001 });
    server.on('POST /predict', loading);
    server.on('GET /readyz', loading);
    await openReady();
    await phone.tap('拍照');
    await phone.reads('服务还在启动');
    expect(server.to('/readyz')).toHaveLength(WARM_UP_WAITS);
    expect(server.to('/predict')).toHaveLength(1);
    expect(phone.text()).toContain('重试');
  });

  it('is told how long the wait is, and the wait can be called off', async () => {
    server.on('POST /predict', problem('problem-loading'));
    await openReady();
    await phone.tap('拍照');
    await phone.reads('3 秒后自动重试');
    await phone.tap('取消');
    expect(phone.find('camera')).not.toBeNull();
    expect(server.to('/readyz')).toHaveLength(0);
  });
});

describe('a failure', () => {
  const untold = '{"oops": ';
  /** @type {[string, import('../server.js').Reply, string, boolean][]} */
  const replies = [
    ['a picture that cannot be read', problem('problem'), '照片无法读取', true],
    ['a format that is not known', problem('problem', { code: 'image-format-unsupported', status: 415 }), '不支持的格式', false],
    ['a picture that is too large', problem('problem', { code: 'image-too-large', status: 413 }), '照片太大', false],
    ['a server that is busy', problem('problem', { code: 'overloaded', status: 503, retry_after: 1 }), '服务繁忙', true],
    ['a server without a model', problem('problem', { code: 'model-unavailable', status: 503 }), '识别服务暂不可用', true],
    ['a server that failed', problem('problem', { code: 'internal', status: 500 }), '服务出错了', true],
    ['a code of the future', problem('problem', { code: 'moon-phase', status: 429 }), '服务繁忙', true],
    ["a proxy's own page", { status: 502, type: 'text/html', body: '<html>Bad Gateway</html>' }, '服务暂不可用', true],
    ['another server', { status: 404, type: 'text/html', body: 'Not Found' }, '地址不对', false],
    ['a login page', { status: 200, type: 'text/html', body: '<html>Wi-Fi</html>' }, '响应异常', true],
    ['half a body', { status: 200, body: untold }, '响应异常', true],
    ['JSON of another form', { status: 200, body: { success: true, predictions: [] } }, '响应异常', false],
    ['a connection that breaks', { instead: 'break' }, '', true],
  ];

  it.each(replies)('%s gets a sentence', async (_, reply, title, retry) => {
    server.on('POST /predict', reply);
    await openReady();
    await phone.tap('拍照');
    await phone.until(() => expect(phone.page.data.stage).toBe('failed'));
    expect(phone.text()).toContain(title);
    expect(phone.text()).toContain('再拍一张');
    expect(phone.findAll('.notice-action').some((it) => it.textContent === '重试')).toBe(retry);
  });

  /** @type {[string, string][]} */
  const words = [
    ['uploadFile:fail timeout', '请求超时'],
    ['uploadFile:fail interrupted', '上传中断'],
    ['uploadFile:fail url not in domain list', '识别服务暂不可用'],
    ['uploadFile:fail Error: connect ECONNREFUSED', '无法连接识别服务'],
    ['uploadFile:fail file not found', '照片找不到了'],
    ['uploadFile:fail abort', '已取消'],
  ];

  it.each(words)('%s gets a sentence', async (errMsg, title) => {
    const uploadFile = ({ fail }) => (fail({ errMsg }), { abort() {}, onProgressUpdate() {} });
    await openReady({ wx: { uploadFile } });
    await phone.tap('拍照');
    await phone.reads(title);
  });

  it('without a network says that, and the same photo goes out when it is back', async () => {
    await openReady();
    phone.simulator.network('none');
    await phone.tap('拍照');
    await phone.reads('没有网络');
    const { picture } = phone.page.data;
    await phone.tap('重试');
    await phone.reads('没有网络');
    expect(phone.page.data.picture).toBe(picture);
    phone.simulator.network('wifi');
    await phone.reads('印度象');
    expect(server.to('/predict')).toHaveLength(1);
  });

  it('is tried again once, however often the button is pressed', async () => {
    server.on('POST /predict', problem('problem'), { body: example('predictions') });
    await openReady();
    await phone.tap('拍照');
    await phone.reads('重试');
    const [button] = phone.findAll('.notice-action');
    button.click();
    button.click();
    await phone.reads('印度象');
    expect(server.to('/predict')).toHaveLength(2);
  });

  it('has the number of the request to copy', async () => {
    server.on('POST /predict', problem('problem'));
    await openReady();
    await phone.tap('拍照');
    await phone.reads('请求编号 0f9d7b5e');
    await phone.tap('复制请求编号');
    const { args } = phone.calls.find(({ name }) => name === 'setClipboardData');
    expect(args[0].data).toBe('0f9d7b5e3c1a4e6f8a2b4c6d8e0f1a3b');
  });

  it('in English is said in English', async () => {
    server.on('POST /predict', problem('problem'));
    await openReady({ language: 'en' });
    await phone.tap('Take a photo');
    await phone.reads('Cannot be read');
    expect(phone.text()).not.toMatch(/\p{Script=Han}/u);
  });
});

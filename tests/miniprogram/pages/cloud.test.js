import { rmSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { CLOUD_ADDRESS, cloudFolder } from '../cloud-folder.js';
import { example } from '../sources.js';
import { aroundEachTest, open, phone, server } from './around.js';
import { TRUSTING } from './phone.js';

const root = cloudFolder();
afterAll(() => rmSync(root, { recursive: true }));

aroundEachTest({
  answers: { 'POST /predict': { body: example('predictions') }, 'GET /readyz': { body: example('ready') } },
  phone: { ...TRUSTING, root, cloud: 'env-1/paishi' },
});

it('a photo is recognised through the cloud, and the picture as the server sees it is not offered', async () => {
  await open();
  await phone.tap('拍照');
  await phone.reads('印度象');
  expect(server.to('/predict')).toHaveLength(1);
  expect(server.to('/predict')[0].headers['x-wx-openid']).toBeTruthy();
  expect(phone.called('uploadFile') + phone.called('request')).toBe(0);
  expect(phone.find('echo')).toBeNull();
});

/** @returns {Promise<string>} what is said about photos and data */
async function statement() {
  await phone.tap('照片和数据怎样使用');
  const said = phone.text('statement');
  await phone.tap('知道了');
  return said;
}

it('a developer can test the address, try another one and return', async () => {
  await open({ page: 'pages/settings/settings' });
  expect(phone.field().value).toBe(CLOUD_ADDRESS);
  expect(phone.text()).toContain('上传至识别服务（微信云托管）');
  const byCloud = await statement();
  expect(byCloud).toContain('编号（openid）');
  expect(byCloud).not.toContain('需要登录时');
  await phone.tap('测试连接');
  await phone.reads('连接成功，模型：ResNet50');
  await phone.type(server.address);
  await phone.tap('保存');
  expect(phone.text()).toContain(`上传至识别服务（${server.address}）`);
  const byAddress = await statement();
  expect(byAddress).toContain('需要登录时');
  expect(byAddress).not.toContain('openid');
  await phone.tap('恢复默认');
  expect(phone.field().value).toBe(CLOUD_ADDRESS);
});

it('users of the release do not see it', async () => {
  await open({ page: 'pages/settings/settings', envVersion: 'release' });
  expect(phone.field().value).toBe('');
  expect(phone.glass()).not.toContain('env-1');
  expect(phone.text()).toContain('微信云托管');
});

it('a service that is not there is the developers to mend', async () => {
  await open({ cloud: 'env-1/other' });
  await phone.tap('拍照');
  await phone.reads('识别服务暂不可用');
  expect(phone.text()).toContain('请核对 config/server.js 里云托管的环境 ID 和服务名称');
});

import { describe, expect, it } from 'vitest';
import { example } from '../sources.js';
import { aroundEachTest, open, phone, restart, server } from './around.js';
import { past } from './past.js';
import { SETTINGS } from './settings-phone.js';

aroundEachTest(SETTINGS);

const [, { id, label, name }] = JSON.parse(example('predictions')).predictions;
const TUSKER = { id, label, name };

describe('corrections', () => {
  const DONE = past([{ corrected: TUSKER }, {}, { corrected: { id: '', label: '小象', name: { zh: '小象', en: '小象' } } }]);

  /** @returns {Promise<void>} */
  const turn = () => phone.tap('switch');

  it('are not sent unless the person wants it, and it is said what would be sent to whom', async () => {
    await open(DONE);
    expect(phone.find('switch')?.getAttribute('aria-checked')).toBe('false');
    expect(phone.named('帮助改进识别')).not.toBeNull();
    expect(phone.text()).toContain('照片和名称会上传至识别服务（http://127.0.0.1:5000）');
    expect(server.to('/corrections')).toEqual([]);
  });

  it('of earlier go with the first consent, if the person says so', async () => {
    await open(DONE);
    await turn();
    expect(phone.glass()).toContain('有 2 条以前的更正');
    await phone.tap('上传');
    await phone.until(() => expect(server.to('/corrections')).toHaveLength(2));
    expect(server.to('/corrections')[0].body).toContain(Buffer.from('小象').toString('latin1'));
    expect(server.to('/corrections')[1].body).toContain(TUSKER.id);
    await phone.until(() => expect(phone.row('待上传的更正')).toBe('0'));
  });

  it('of earlier stay where the person does not want them sent; consent survives a restart', async () => {
    await open(DONE);
    await turn();
    await phone.tap('不上传');
    await restart();
    expect(phone.find('switch')?.getAttribute('aria-checked')).toBe('true');
    expect(server.to('/corrections')).toEqual([]);
  });

  it('that were sent are not offered again', async () => {
    await open(DONE);
    await turn();
    await phone.tap('上传');
    await phone.until(() => expect(phone.stored()['corrections-sent']).toHaveLength(2));
    await turn();
    expect(phone.text()).toContain('以前上传的由运营者保存');
    await turn();
    expect(phone.glass()).not.toContain('上传以前的更正');
    expect(phone.text()).not.toContain('以前上传的由运营者保存');
    expect(server.to('/corrections')).toHaveLength(2);
  });

  it('that wait are counted, and forgotten when it is switched off', async () => {
    server.on('POST /corrections', { status: 502, body: '' });
    await open(DONE);
    await turn();
    await phone.tap('上传');
    await phone.until(() => expect(phone.row('待上传的更正')).toBe('2'));
    await turn();
    await phone.until(() => expect(phone.row('待上传的更正')).toBe('0'));
    expect(phone.stored()).not.toHaveProperty('corrections-waiting');
    expect(phone.stored()['may-contribute']).toBe(false);
  });

  it('one that is on its way is called off', async () => {
    const [started, aborted] = [[], []];
    const uploadFile = (options) => {
      started.push(options);
      return { abort: () => aborted.push(options), onProgressUpdate() {} };
    };
    await open({ ...DONE, wx: { uploadFile } });
    await turn();
    await phone.tap('上传');
    await phone.until(() => expect(started).toHaveLength(1));
    await turn();
    await phone.settle();
    expect(aborted).toEqual(started);
    expect(phone.stored()).not.toHaveProperty('corrections-waiting');
  });

  it('the switch stays where it was when the phone cannot store it', async () => {
    await open();
    phone.simulator.storageFull(true);
    await turn();
    expect(phone.find('switch')?.getAttribute('aria-checked')).toBe('false');
    expect(phone.text()).toContain('存储空间不足，设置没有更改');
  });
});

import { describe, expect, it } from 'vitest';
import { aroundEachTest, open, phone } from './around.js';
import { TRUSTING } from './phone.js';
import { past } from './past.js';

aroundEachTest();

/** @returns {Promise<void>} */
async function goBack() {
  phone.simulator.back();
  await phone.settle();
}

describe('the back key', () => {
  it('closes the sheet of names, then the page', async () => {
    await open({ ...TRUSTING, ...past([{}]) });
    await phone.tap(phone.named('查看上次结果：印度象'));
    await phone.tap('识别有误？');
    await phone.type('豆豆');
    await goBack();
    expect(phone.field()).toBeNull();
    expect(phone.simulator.pages()).toEqual(['pages/photo/photo', 'pages/result/result']);
    expect(phone.kept().storage.history[0].corrected).toBeNull();
    await phone.tap('识别有误？');
    await phone.tap('三角龙');
    await goBack();
    expect(phone.simulator.pages()).toEqual(['pages/photo/photo']);
  });

  it('closes the privacy sheet as a refusal, on the first page too', async () => {
    await open();
    await phone.tap('打开相机');
    expect(phone.find('.shade')).not.toBeNull();
    await goBack();
    expect(phone.find('.shade')).toBeNull();
    expect(phone.text()).toContain('需要同意隐私保护指引');
    await phone.tap('打开相机');
    await phone.tap('同意');
    await phone.tap('允许');
    expect(phone.find('camera')).not.toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { later, taughtThings } from '../replies.js';
import { example } from '../sources.js';
import { problem } from '../server.js';
import { aroundEachTest, open, phone, restart, server } from './around.js';
import { past } from './past.js';
import { AGREED, lesson, TEACHABLE, TEACHING } from './teaching-phone.js';

aroundEachTest({ ...TEACHING, phone: { ...TEACHING.phone, page: 'pages/teach/teach' } });

const NOTHING = { body: taughtThings([]) };
const OFF = { status: 502, body: '' };

/** @param {number} count @returns {{body: any}} the answer to the photo with this number of a thing called 猫 */
const learned = (count) => ({ body: lesson({ name: '猫', count, photos: [count], enough: count >= 3 }) });

/** @returns {string[]} bodies of the photos that were taught */
const taught = () => server.to('/taught').filter(({ method }) => method === 'POST').map(({ body }) => Buffer.from(body, 'latin1').toString());

/** Gives the thing a name and goes on to its photos. @param {string} name @returns {Promise<void>} */
async function name(name) {
  await phone.type(name);
  await phone.tap('下一步');
}

/** @param {number} count of photos by the camera, each learned before the next @returns {Promise<void>} */
async function shoot(count) {
  for (let shot = 0; shot < count; shot += 1) {
    const before = phone.findAll('.badge-taught').length;
    await phone.tap('拍照');
    await phone.until(() => expect(phone.findAll('.badge-taught')).toHaveLength(before + 1));
  }
}

describe('the consent', () => {
  it('is asked before anything is sent, and says where photos stay and that people are no things', async () => {
    await open({ storage: TEACHABLE });
    expect(phone.glass()).toContain('会保存在识别服务（http://127.0.0.1:5000）中');
    expect(phone.glass()).toContain('直到你删除');
    expect(phone.glass()).toContain('不要拍人脸');
    expect(server.to('/taught')).toEqual([]);
    await phone.tap('同意');
    expect(phone.glass()).not.toContain('直到你删除');
    await phone.until(() => expect(server.to('/taught')).toHaveLength(1));
    await restart();
    expect(phone.glass()).not.toContain('直到你删除');
  });

  it('that is refused leads away, and is asked the next time', async () => {
    await open({ storage: TEACHABLE });
    await phone.tap('不同意');
    await phone.until(() => expect(phone.simulator.currentPage().path).toBe('pages/photo/photo'));
    expect(phone.stored()).not.toHaveProperty('may-teach');
    expect(server.to('/taught')).toEqual([]);
  });

  it('that cannot be stored is none', async () => {
    await open({ storage: TEACHABLE });
    phone.simulator.storageFull(true);
    await phone.tap('同意');
    expect(phone.glass()).toContain('手机存不下这个选择');
  });
});

describe('the name', () => {
  it('needs letters or digits', async () => {
    await open();
    for (const typed of ['', '   ', '？！…']) {
      await name(typed);
      expect(phone.text()).toContain('名字里要有文字或数字');
    }
    await name('  B4   阀门 ');
    expect(phone.text('.top')).toContain('正在教：B4 阀门');
  });

  it('has at most sixty characters', async () => {
    await open();
    expect(phone.field()?.maxLength).toBe(60);
  });

  it('may be one that was taught, whose photos count', async () => {
    await open();
    await phone.reads('外婆的茶壶');
    await phone.tap('外婆的茶壶');
    expect(phone.text('.sureness')).toContain('有把握了');
  });

  it('says what teaching cannot do', async () => {
    await open();
    expect(phone.text()).toContain('分不清个体');
    expect(phone.text()).toContain('请教东西，不要教人');
  });
});

describe('photos', () => {
  it('are counted, each with advice for the next, until it is sure enough', async () => {
    server.on('GET /taught', NOTHING);
    server.on('POST /taught', learned(1), learned(2), learned(3));
    await open();
    await name('猫');
    expect(phone.text('.sureness')).toContain('拍 3 张就够');
    expect(phone.text('.hint')).toBe('把它放在中间，占满画面');
    await shoot(1);
    expect(phone.text('.sureness')).toContain('再拍 2 张更有把握');
    expect(phone.text('.hint')).toBe('换个角度');
    await shoot(1);
    expect(phone.text('.hint')).toBe('换个背景');
    expect(phone.findAll('.part-full')).toHaveLength(2);
    await shoot(1);
    expect(phone.text('.sureness')).toContain('有把握了');
    expect(phone.findAll('.part-full')).toHaveLength(3);
    expect(phone.text()).toContain('之前会认成：茶壶');
    await phone.tap('完成');
    expect(phone.text('.notice')).toContain('教好了 下一张照片就能认出“猫”');
    expect(phone.text()).toContain('分不清个体');
    await phone.tap('拍一张试试');
    expect(phone.simulator.currentPage().path).toBe('pages/photo/photo');
  });

  it('come from the album, up to nine at once', async () => {
    await open();
    await name('猫');
    phone.simulator.album([phone.picture(), phone.picture(), phone.picture()]);
    await phone.tap('从相册选几张');
    await phone.until(() => expect(phone.findAll('.badge-taught')).toHaveLength(3));
    expect(phone.calls.find(({ name }) => name === 'chooseMedia').args[0]).toMatchObject({ count: 9, sourceType: ['album'] });
    expect(taught()).toHaveLength(3);
  });

  it('are no more than the server takes', async () => {
    server.on('GET /taught', { body: { ...JSON.parse(example('taught-things')), limits: { things: 50, photos: 4 } } });
    await open({ query: `name=${encodeURIComponent('外婆的茶壶')}` });
    await phone.until(() => expect(phone.page.data.most).toBe(1));
    server.on('POST /taught', { instead: 'hang' });
    await phone.tap('拍照');
    await phone.until(() => expect(phone.findAll('.photo')).toHaveLength(1));
    await phone.tap('拍照');
    await phone.reads('照片已经够多了');
    expect(taught()).toHaveLength(1);
  });

  it('whose name is a class of the model are taught, and that is said', async () => {
    server.on('POST /taught', { body: { ...lesson({ name: '茶壶' }), is_class: true } });
    await open();
    await name('茶壶');
    await shoot(1);
    expect(phone.text()).toContain('“茶壶”本来就认识');
  });

  it('that do not fit onto the phone are said to', async () => {
    await open();
    await name('猫');
    phone.simulator.fail('copyFile', 'the maximum size of the file storage limit is exceeded');
    await phone.tap('拍照');
    await phone.reads('没有存下这张照片');
    expect(taught()).toEqual([]);
  });

  it('that are on their way are not said to be learned', async () => {
    server.on('GET /taught', NOTHING);
    const reply = later(learned(1));
    server.on('POST /taught', reply.reply);
    await open();
    await name('猫');
    await phone.tap('拍照');
    await phone.until(() => expect(phone.findAll('.photo')).toHaveLength(1));
    await phone.tap('完成');
    expect(phone.text('.notice')).toContain('正在教…');
    reply.send();
    await phone.until(() => expect(phone.text('.notice')).toContain('开始认识了'));
    expect(phone.text('.notice')).toContain('再拍 2 张更有把握');
    await phone.tap('再教几张');
    expect(phone.find('.finder')).not.toBeNull();
  });

  it('without any the end says so', async () => {
    server.on('GET /taught', NOTHING);
    await open();
    await name('猫');
    await phone.tap('完成');
    expect(phone.text('.notice')).toContain('还没有照片');
    expect(phone.text()).not.toContain('拍一张试试');
    await phone.tap('查看我教的');
    expect(phone.simulator.currentPage().path).toBe('pages/taught/taught');
  });
});

describe('without a network', () => {
  it('photos wait, go with another try, and are still here after a restart', async () => {
    server.on('GET /taught', NOTHING);
    server.on('POST /taught', OFF);
    await open();
    await name('猫');
    await phone.tap('拍照');
    await phone.reads('1 张等待上传');
    await phone.tap('完成');
    expect(phone.text('.notice')).toContain('稍后自动上传');
    await restart();
    await name('猫');
    expect(phone.findAll('.photo')).toHaveLength(1);
    server.on('POST /taught', learned(1));
    await phone.tap('重试');
    await phone.until(() => expect(phone.findAll('.badge-taught')).toHaveLength(1));
    expect(phone.text('.sureness')).toContain('再拍 2 张');
  });

  it('photos go by themselves when it is back', async () => {
    await open();
    await name('猫');
    phone.simulator.network('none');
    await phone.tap('拍照');
    await phone.reads('1 张等待上传：没有网络');
    phone.simulator.network('wifi');
    await phone.until(() => expect(phone.findAll('.badge-taught')).toHaveLength(1));
  });
});

describe('a photo that looks like another thing', () => {
  const LIKE_OTHER = problem('problem-looks-like-other');

  /** @returns {Promise<void>} */
  async function teachIt() {
    server.on('POST /taught', LIKE_OTHER, { body: example('taught') });
    await open();
    await name('shelf B4 valve');
    await phone.tap('拍照');
    await phone.until(() => expect(phone.glass()).toContain('这张更像“外婆的茶壶”'));
  }

  it('is taught if the user insists', async () => {
    await teachIt();
    await phone.tap('是“shelf B4 valve”');
    await phone.until(() => expect(phone.findAll('.badge-taught')).toHaveLength(1));
    expect(taught()[1]).toMatch(/name="force"\r\n\r\ntrue/);
  });

  it('is taught as the other if it is that, and counts there', async () => {
    await teachIt();
    await phone.tap('是“外婆的茶壶”');
    await phone.until(() => expect(taught()).toHaveLength(2));
    expect(taught()[1]).toContain('外婆的茶壶');
    expect(phone.findAll('.photo')).toHaveLength(0);
  });

  it('is dropped', async () => {
    await teachIt();
    await phone.tap('不要这张');
    await phone.settle();
    expect(phone.findAll('.photo')).toHaveLength(0);
    expect(phone.stored()).not.toHaveProperty('taught-waiting');
  });

  it('can be decided about later', async () => {
    await teachIt();
    await phone.tap('.shade');
    expect(phone.findAll('.badge-refused')).toHaveLength(1);
    expect(phone.glass()).not.toContain('这张更像');
    await phone.tap('.photo');
    expect(phone.glass()).toContain('这张更像“外婆的茶壶”');
  });
});

it.each(['taught-before', 'taught-full', 'teaching-off', 'not-teachable', 'image-format-unsupported'])('a photo refused as %s says why, and goes', async (code) => {
  server.on('POST /taught', problem('problem', { code, status: 409 }));
  await open();
  await name('猫');
  await phone.tap('拍照');
  const { failures } = (await import('../sources.js')).load('texts/texts.js').textsFor('zh_CN');
  await phone.until(() => expect(phone.glass()).toContain(failures[code].title));
  expect(phone.glass()).toContain(failures[code].sentence);
  await phone.tap('知道了');
  await phone.settle();
  expect(phone.findAll('.photo')).toHaveLength(0);
});

describe('from a result', () => {
  const corrected = { id: '', label: '豆豆', name: { en: '豆豆', zh: '豆豆' } };

  it('its photo is the first, under the name that the user gave it', async () => {
    const before = past([{ corrected }]);
    await open({ ...before, storage: { ...before.storage, ...AGREED }, query: 'result=r0' });
    await phone.until(() => expect(phone.field()?.value).toBe('豆豆'));
    expect(phone.find('image.picture')).not.toBeNull();
    await phone.tap('下一步');
    await phone.until(() => expect(taught()).toHaveLength(1));
    expect(taught()[0]).toContain('豆豆');
    await phone.until(() => expect(phone.findAll('.badge-taught')).toHaveLength(1));
  });

  it('whose photo is gone only its name is taken over', async () => {
    const before = past([{ corrected }]);
    await open({ storage: { ...before.storage, ...AGREED }, query: 'result=r0' });
    await phone.until(() => expect(phone.field()?.value).toBe('豆豆'));
    expect(phone.find('image.picture')).toBeNull();
  });
});

it('in English has no Chinese but names', async () => {
  server.on('GET /taught', NOTHING);
  await open({ language: 'en' });
  expect(phone.text()).not.toMatch(/\p{Script=Han}/u);
  await phone.type('Teapot');
  await phone.tap('Next');
  await phone.tap('Take a photo');
  await phone.until(() => expect(phone.findAll('.badge-taught')).toHaveLength(1));
  expect(phone.text()).not.toMatch(/\p{Script=Han}/u);
  expect(taught()[0]).toMatch(/name="lang"\r\n\r\nen/);
  await phone.tap('Done');
  expect(phone.text()).not.toMatch(/\p{Script=Han}/u);
});

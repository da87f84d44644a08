import { describe, expect, it } from 'vitest';
import { example, load } from '../sources.js';
import { problem } from '../server.js';
import { aroundEachTest, open, phone, restart, server } from './around.js';
import { TRUSTING } from './phone.js';
import { past, RESULT } from './past.js';

const ROUTE = 'GET /classes/n02504013';
const CARD = { body: example('class-card') };
const { KEPT } = load('services/api/class-card.js');

aroundEachTest({ answers: { [ROUTE]: CARD }, phone: { ...TRUSTING, ...RESULT } });

/** The card of the first name. @returns {Promise<void>} */
const openCard = () => phone.tap('印度象的介绍');

/** @returns {any[]} */
const kept = () => phone.stored()['class-cards'] ?? [];

describe('the card of a class', () => {
  it('opens from a row and has the reading, a sentence and the kind', async () => {
    await open(past([{}]));
    await openCard();
    await phone.reads('耳朵比非洲象小');
    expect(phone.text('.panel')).toMatch(/^印度象 yìn dù xiàng Indian elephant 耳朵比非洲象小.*类别：大象$/);
    expect(phone.find('[aria-pressed="true"]')).toBeNull();
    expect(server.to('/explain')).toEqual([]);
    await phone.tap('.shade');
    expect(phone.find('.panel')).toBeNull();
  });

  it('is in English where the person reads English', async () => {
    await open({ ...past([{}]), language: 'en' });
    await phone.tap('About Indian elephant');
    await phone.reads('An Asian elephant');
    expect(phone.text('.panel')).toMatch(/^Indian elephant 印度象 yìn dù xiàng An Asian elephant.*Kind: an elephant$/);
  });

  it('is there without a network once it was fetched, also after a restart', async () => {
    await open(past([{}]));
    await openCard();
    await phone.reads('耳朵比非洲象小');
    await restart();
    phone.simulator.network('none');
    await openCard();
    expect(phone.text('.panel')).toContain('耳朵比非洲象小');
    expect(server.to('/classes/n02504013')).toHaveLength(1);
  });

  it('without a network says so in a line, and comes when it is asked again', async () => {
    await open(past([{}]));
    phone.simulator.network('none');
    await openCard();
    await phone.reads('介绍没有加载出来：没有网络');
    expect(phone.text('.panel')).toContain('印度象');
    phone.simulator.network('wifi');
    await phone.tap('重试');
    await phone.reads('耳朵比非洲象小');
    expect(phone.text('.panel')).not.toContain('没有加载出来');
  });

  it('that the server does not have is not asked for again', async () => {
    await open(past([{}]));
    server.on(ROUTE, problem('problem', { code: 'not-found', status: 404 }));
    await openCard();
    await phone.reads('这个识别服务没有介绍');
    expect(phone.text('.panel')).not.toContain('重试');
  });

  it.each(['{"id": "n02504013"}', 'nonsense', example('class-card').replace('n02504013', 'n01443537')])('that is no card of the class is not kept: %#', async (body) => {
    await open(past([{}]));
    server.on(ROUTE, { body });
    await openCard();
    await phone.reads('介绍没有加载出来：响应异常');
    expect(kept()).toEqual([]);
  });

  it('closed before it came leaves no error behind', async () => {
    await open(past([{}]));
    server.on(ROUTE, { instead: 'hang' });
    await openCard();
    await phone.until(() => expect(server.to('/classes/n02504013')).toHaveLength(1));
    phone.simulator.back();
    await phone.settle();
    expect(phone.find('.panel')).toBeNull();
    expect(phone.simulator.pages()).toEqual(['pages/result/result']);
  });

  it('takes the place of the oldest one when there are many', async () => {
    const { pinyin, about, kind } = JSON.parse(example('class-card'));
    const many = Array.from({ length: KEPT }, (_, index) => ({ id: `n${index}`, pinyin, about, kind }));
    const before = past([{}]);
    await open({ ...before, storage: { ...before.storage, 'class-cards': many } });
    await openCard();
    await phone.reads('耳朵比非洲象小');
    await phone.until(() => expect(kept()[0].id).toBe('n02504013'));
    expect(kept()).toHaveLength(KEPT);
    expect(kept().at(-1).id).toBe(`n${KEPT - 2}`);
  });

  it('is not offered for what a person taught', async () => {
    const taught = JSON.parse(example('predictions-taught')).predictions;
    await open(past([{ predictions: taught }]));
    expect(phone.findAll('.info')).toHaveLength(phone.findAll('.row').length - taught.filter((one) => one.taught).length);
  });
});

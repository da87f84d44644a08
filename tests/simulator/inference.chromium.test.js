import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, launchPhone } from './chromium.js';
import { FIXTURE } from './variant.js';

/** ONNX by hand: doubled = rgb + rgb, float32 of [1, 2]. Protocol Buffers' fields of ModelProto. */
function doubling() {
  const field = (/** @type {number} */ number, /** @type {Buffer | string | number} */ value) => {
    if (typeof value === 'number') return Buffer.from([number << 3, value]);
    const bytes = Buffer.from(value);
    return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
  };
  const join = (/** @type {Buffer[]} */ ...parts) => Buffer.concat(parts);
  const shape = join(...[1, 2].map((length) => field(1, field(1, length))));
  const value = (/** @type {string} */ name) => join(field(1, name), field(2, field(1, join(field(1, 1), field(2, shape)))));
  const node = join(field(1, 'rgb'), field(1, 'rgb'), field(2, 'doubled'), field(4, 'Add'));
  const graph = join(field(1, node), field(2, 'g'), field(11, value('rgb')), field(12, value('doubled')));
  return join(field(1, 7), field(7, graph), field(8, join(field(1, ''), field(2, 12))));
}

describe.skipIf(!findChromium())('a model in the browser', () => {
  /** @type {import('./chromium.js').RunningPhone} */
  let phone;
  beforeAll(async () => {
    phone = await launchPhone({ root: FIXTURE, query: { privacy: 'agreed' } });
    await phone.page.evaluate((model) => {
      const files = globalThis.simulator.call('getFileSystemManager');
      files.writeFileSync('wxfile://usr/model.onnx', model, 'base64');
      files.writeFileSync('wxfile://usr/broken.onnx', 'AAAA', 'base64');
    }, doubling().toString('base64'));
  });
  afterAll(() => phone.close());

  /** @param {string} name @returns {Promise<any>} what it gives for [1.5, -2], or the error of loading it */
  const run = (name) =>
    phone.page.evaluate(async (model) => {
      const session = globalThis.simulator.call('createInferenceSession', { model, precisionLevel: 4 });
      const early = await session.run({}).catch(({ errMsg }) => errMsg);
      const failure = await new Promise((resolve) => {
        session.onLoad(() => resolve(''));
        session.onError(({ errMsg }) => resolve(errMsg));
      });
      if (failure) return failure;
      const data = Float32Array.from([1.5, -2]).buffer;
      const { doubled } = await session.run({ rgb: { type: 'float32', shape: [1, 2], data } });
      const wrong = await session.run({ other: { type: 'float32', shape: [1, 2], data } }).catch(({ errMsg }) => errMsg);
      session.destroy();
      const late = await session.run({}).catch(({ errMsg }) => errMsg);
      return { early, wrong, late, type: doubled.type, shape: doubled.shape, values: [...new Float32Array(doubled.data)] };
    }, `wxfile://usr/${name}`);

  it('runs with its tensors, once it is loaded and until it is destroyed', async () => {
    expect(await run('model.onnx')).toEqual({
      early: 'InferenceSession.run:fail session is not loaded',
      wrong: expect.stringMatching(/^InferenceSession\.run:fail /),
      late: 'InferenceSession.run:fail session is destroyed',
      type: 'float32',
      shape: [1, 2],
      values: [3, -4],
    });
  });

  it.each([['broken.onnx'], ['none.onnx']])('that cannot be loaded says so: %s', async (name) => {
    expect(await run(name)).toMatch(/^createInferenceSession:fail /);
  });

  it('wants the options that a phone has', async () => {
    for (const options of [{ model: 'a.txt' }, { model: 'a.onnx', precisionLevel: 5 }, { model: 'a.onnx', threads: 2 }]) {
      const thrown = await phone.page.evaluate((given) => {
        try {
          globalThis.simulator.call('createInferenceSession', given);
          return '';
        } catch ({ message }) {
          return message;
        }
      }, options);
      expect(thrown).toMatch(/^wx\.createInferenceSession/);
    }
    expect(await phone.page.evaluate(() => globalThis.simulator.call('getInferenceEnvInfo'))).toMatchObject({ ver: expect.any(String) });
  });

  it('and the digest of a file, as a phone computes it', async () => {
    const info = await phone.page.evaluate(
      () =>
        new Promise((success, fail) =>
          globalThis.simulator
            .call('getFileSystemManager')
            .getFileInfo({ filePath: 'wxfile://usr/broken.onnx', digestAlgorithm: 'sha256', success, fail }),
        ),
    );
    expect(info).toMatchObject({ size: 3, digest: '709e80c88487a2411e1ee4dfb9f22a861492d20c4765150c0c794abd70f8147c' });
  });
});

import { describe, expect, it } from 'vitest';
import { load } from '../../sources.js';

const { pause, platformTask, sequence } = load('services/http/task.js');

describe('a task that is cancelled', () => {
  it('rejects at once even where the platform never answers, and is stopped', async () => {
    let stopped = 0;
    const task = platformTask(() => ({ abort: () => (stopped += 1) }));
    task.cancel();
    await expect(task.promise).rejects.toMatchObject({ kind: 'cancelled' });
    expect(stopped).toBe(1);
  });

  it('ends a pause', async () => {
    const task = pause(60);
    task.cancel();
    await expect(task.promise).rejects.toMatchObject({ kind: 'cancelled' });
  });
});

describe('a sequence', () => {
  it('gives the last result', async () => {
    const steps = sequence(async (run) => {
      await run(() => pause(0));
      return 'end';
    });
    expect(await steps.promise).toBe('end');
  });

  it('cancels the step under way and starts no other', async () => {
    const started = [];
    const endless = (name) => () => {
      started.push(name);
      return platformTask(() => ({ abort() {} }));
    };
    const steps = sequence(async (run) => {
      await run(endless('first')).catch(() => {});
      await run(endless('second'));
    });
    steps.cancel();
    await expect(steps.promise).rejects.toMatchObject({ kind: 'cancelled' });
    expect(started).toEqual(['first']);
  });
});

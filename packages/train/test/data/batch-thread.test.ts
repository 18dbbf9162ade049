import { afterEach, expect, test } from 'vitest';
import { BatchThread } from '../../src/data/batch-thread.ts';

let thread: BatchThread | undefined;
afterEach(() => thread?.close(new Error('the test is over')));

test('a thread that fails rejects the pending request and every later one', async () => {
  // Without options the worker entry itself throws.
  thread = new BatchThread(undefined as never);
  const failure = {
    name: 'GraftError',
    code: 'RUNTIME_FAILED',
    message: expect.stringMatching(/^The worker thread that makes batches failed: /),
  };
  thread.hold(true);
  await expect(thread.make(0, [0])).rejects.toMatchObject(failure);
  await expect(thread.make(1, [0])).rejects.toMatchObject(failure);
});

test('an error without a code becomes RUNTIME_FAILED', async () => {
  thread = new BatchThread({ options: { batch: 1 } as never, cacheBytes: 0 });
  thread.hold(true);
  await expect(thread.make(0, [0])).rejects.toMatchObject({ code: 'RUNTIME_FAILED' });
});

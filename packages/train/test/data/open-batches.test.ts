import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBatches } from '@pip-graft/train';
import { afterEach, describe, expect, test } from 'vitest';
import { makeBatch } from '../../src/data/make-batch.ts';
import { type Batches, BatchThread } from '../../src/data/open-batches.ts';
import { chelsea, temporaryFolder, writeGrid } from './support/photos.ts';

const folder = temporaryFolder();
const labels = ['noise', 'rain', 'haze', 'blur', 'low-light', 'jpeg'];
const options = { photos: [chelsea], patch: 24, batch: 5, labels, seed: 7 };

let batches: Batches | undefined;
afterEach(() => batches?.close());

// Worker threads run the built code, none runs the source.
describe.each([0, 1, 2, 3])('%i workers', (workers) => {
  test('gives the batches of makeBatch in order, from any step', async () => {
    batches = await openBatches({ ...options, workers, step: 40 });
    for (let step = 40; step < 44; step++) {
      expect(await batches.next()).toEqual(await makeBatch(options, step));
    }
  });

  test('concurrent requests are answered in order', async () => {
    batches = await openBatches({ ...options, workers, ahead: 1 });
    const several = await Promise.all([batches.next(), batches.next(), batches.next()]);
    expect(several.map(({ step }) => step)).toEqual([0, 1, 2]);
    expect(several[2]).toEqual(await makeBatch(options, 2));
  });

  test('an error keeps its code, and the next step works', async () => {
    const photos = [chelsea, join(folder, 'gone.png')];
    batches = await openBatches({ ...options, photos, workers, batch: 1, ahead: 3 });
    const results: string[] = [];
    for (let step = 0; step < 12; step++) {
      const result = await batches.next().catch((error: unknown) => error);
      if (!(result instanceof Error)) results.push('made');
      else {
        expect(result).toMatchObject({ name: 'GraftError', code: 'NOT_FOUND' });
        expect(result.message).toContain('gone.png');
        results.push('failed');
      }
    }
    expect(new Set(results)).toEqual(new Set(['made', 'failed']));
  });

  test('after close() there are no batches, and pending requests fail', async () => {
    batches = await openBatches({ ...options, workers });
    const waited = batches.next();
    const failed = expect(waited).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await batches.close();
    await failed;
    await expect(batches.next()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('closed'),
    });
    await batches.close();
  });

  test('an abort rejects with its reason', async () => {
    const controller = new AbortController();
    batches = await openBatches({ ...options, workers, signal: controller.signal });
    await batches.next();
    const waited = [batches.next(), batches.next(), batches.next(), batches.next()];
    const reason = new Error('enough');
    const settled = Promise.allSettled(waited);
    controller.abort(reason);
    expect((await settled).at(-1)).toEqual({ status: 'rejected', reason });
    await expect(batches.next()).rejects.toBe(reason);
    await expect(openBatches({ ...options, workers, signal: controller.signal })).rejects.toBe(
      reason,
    );
  });
});

test('many photos, split between the workers, give the same batches', async () => {
  const photos = await Promise.all(
    Array.from({ length: 20 }, (_, at) => writeGrid(join(folder, `${at}.png`), 30, 30, at)),
  );
  const many = { ...options, photos, batch: 9 };
  // A cache so small that photos are decoded again and again.
  batches = await openBatches({ ...many, workers: 2, ahead: 0, cacheBytes: 6000 });
  for (let step = 0; step < 3; step++) {
    expect(await batches.next()).toEqual(await makeBatch(many, step));
  }
});

test('rejects invalid options at once', async () => {
  for (const wrong of [{ workers: -1 }, { ahead: 0.5 }, { step: -2 }, { patch: 0 }]) {
    await expect(openBatches({ ...options, ...wrong })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  }
});

test('a program that forgets to close still exits', () => {
  const built = new URL('../../dist/index.js', import.meta.url).href;
  const program = `
    import { openBatches } from ${JSON.stringify(built)};
    const batches = await openBatches(${JSON.stringify({ ...options, workers: 2 })});
    const { step, inputs } = await batches.next();
    process.stdout.write([step, inputs.length].join(' '));
  `;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    timeout: 20_000,
    encoding: 'utf8',
  });
  expect(output).toBe(`0 ${5 * 3 * 24 * 24}`);
});

describe('batch thread', () => {
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
});

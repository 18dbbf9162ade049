import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GraftError } from '@pip-graft/graft';
import { imageOf } from '@pip-graft/imaging';
import { writeImage } from '@pip-graft/restore';
import { createSession, type Session } from '@pip-graft/runtime';
import { node, picture, tinyModel } from '@pip-graft/test-utils';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Journal } from '../../src/restore/journal.ts';
import { inLanes, restoreBatch } from '../../src/restore/restore-batch.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-batch-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A session that returns its input and has memory for `pixels` pixels. */
async function cramped(pixels: number): Promise<Session> {
  const session = await createSession(
    tinyModel({
      nodes: [node('Identity', ['input'], 'output')],
      inputs: [picture('input')],
      outputs: [picture('output')],
    }),
  );
  const run: Session['run'] = (feeds, fetches) => {
    const [, , height = 0, width = 0] = feeds['input']!.dims;
    if (width * height <= pixels) return session.run(feeds, fetches);
    const cause = new Error('std::bad_alloc');
    return Promise.reject(new GraftError('RUNTIME_FAILED', 'it failed', { cause }));
  };
  return { ...session, run };
}

it('restores the images after one whose tile shrank below the overlap', async () => {
  const names = ['a.png', 'b.png', 'c.png', 'd.png'];
  const output = join(folder, 'out');
  mkdirSync(output);
  const image = imageOf(300, 200, new Float32Array(3 * 300 * 200).fill(0.5));
  for (const name of names) await writeImage(join(folder, name), image);
  const notes: string[] = [];
  const outcomes = await restoreBatch(
    names.map((name) => ({ path: join(folder, name), name, output: join(output, name) })),
    {
      session: {
        cwd: folder,
        signal: new AbortController().signal,
        columns: undefined,
        progress: () => {},
        note: (line) => notes.push(line),
        annotate: () => {},
      },
      model: await cramped(80 * 80),
      folder: output,
      journal: await Journal.open(output),
      settings: 'sha256:0',
      restore: { tile: 256, overlap: 100 },
    },
  );
  expect(outcomes.map(({ name, error, plan }) => [name, error?.message, plan?.width])).toEqual(
    names.map((name) => [name, undefined, 62]),
  );
  expect(notes).toHaveLength(2);
});

const tick = () => new Promise((resolve) => setImmediate(resolve));

it('runs at most the given number at a time, each item once, started in order', async () => {
  const begun: number[] = [];
  let now = 0;
  let most = 0;
  await inLanes([10, 11, 12, 13, 14, 15, 16], 3, async (item, index) => {
    begun.push(item);
    expect(item).toBe(index + 10);
    most = Math.max(most, ++now);
    for (let wait = 0; wait < index % 4; wait++) await tick();
    now--;
  });
  expect(begun).toEqual([10, 11, 12, 13, 14, 15, 16]);
  expect(most).toBe(3);
});

it('starts nothing after the first error and waits for what is running', async () => {
  const ended: number[] = [];
  const run = inLanes([0, 1, 2, 3, 4, 5], 2, async (item) => {
    if (item === 1) throw new Error('one');
    for (let wait = 0; wait < 5; wait++) await tick();
    ended.push(item);
  });
  await expect(run).rejects.toThrow('one');
  expect(ended).toEqual([0]);
});

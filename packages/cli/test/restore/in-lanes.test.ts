import { expect, it } from 'vitest';
import { inLanes } from '../../src/restore/in-lanes.ts';

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

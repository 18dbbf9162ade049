import { measureLatency } from '@pip-graft/runtime';
import { expect, test } from 'vitest';

/** A clock that each task moves on by the next of its durations. */
function fakeTasks(...durations: number[][]) {
  let time = 0;
  const order: number[] = [];
  const tasks = durations.map((list, index) => async () => {
    order.push(index);
    time += list.shift()!;
  });
  return { tasks, order, now: () => time };
}

test('warm-up does not count, tasks take turns in blocks, quartiles give the spread', async () => {
  // Two to warm up, three that count; then one after the turn, two that count.
  const { tasks, order, now } = fakeTasks(
    [100, 200, 1, 2, 3, 300, 4, 5],
    [900, 900, 10, 10, 10, 900, 10, 90],
  );
  const [a, b] = await measureLatency(tasks, { warmUp: 2, repeats: 5, now });
  expect(a).toEqual({ median: 3, spread: 2, fastest: 1, runs: [1, 2, 3, 4, 5] });
  expect(b).toEqual({ median: 10, spread: 0, fastest: 10, runs: [10, 10, 10, 10, 90] });
  expect(order).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1]);
});

test('an even number of runs takes the middle between the two', async () => {
  const { tasks, now } = fakeTasks([4, 2]);
  const [only] = await measureLatency(tasks, { warmUp: 0, repeats: 2, now });
  expect(only!.median).toBe(3);
});

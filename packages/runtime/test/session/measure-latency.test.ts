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

test('warm-up does not count, tasks take turns, quartiles give the spread', async () => {
  const { tasks, order, now } = fakeTasks([100, 1, 2, 3, 4, 5], [900, 10, 10, 10, 10, 90]);
  const [a, b] = await measureLatency(tasks, { warmUp: 1, repeats: 5, now });
  expect(a).toEqual({ median: 3, spread: 2, fastest: 1, runs: [1, 2, 3, 4, 5] });
  expect(b).toEqual({ median: 10, spread: 0, fastest: 10, runs: [10, 10, 10, 10, 90] });
  expect(order.slice(0, 6)).toEqual([0, 1, 0, 1, 0, 1]);
});

test('an even number of runs takes the middle between the two', async () => {
  const { tasks, now } = fakeTasks([4, 2]);
  const [only] = await measureLatency(tasks, { warmUp: 0, repeats: 2, now });
  expect(only!.median).toBe(3);
});

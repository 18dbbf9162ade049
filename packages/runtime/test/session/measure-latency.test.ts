import { measureLatency } from '@pip-graft/runtime';
import { expect, test } from 'vitest';

/** Timers that give the next of their durations for each run. */
function fakeTimers(...durations: number[][]) {
  const order: number[] = [];
  const timers = durations.map((list, index) => async (runs: number) => {
    for (let run = 0; run < runs; run++) order.push(index);
    return list.splice(0, runs);
  });
  return { timers, order };
}

test('ignores warm-up, alternates tasks in blocks and gives the spread by quartiles', async () => {
  // Two to warm up, three that count; then one after switching, two that count.
  const { timers, order } = fakeTimers(
    [100, 200, 1, 2, 3, 300, 4, 5],
    [900, 900, 10, 10, 10, 900, 10, 90],
  );
  const [a, b] = await measureLatency(timers, { warmUp: 2, repeats: 5 });
  expect(a).toEqual({ median: 3, spread: 2, fastest: 1, runs: [1, 2, 3, 4, 5] });
  expect(b).toEqual({ median: 10, spread: 0, fastest: 10, runs: [10, 10, 10, 10, 90] });
  expect(order).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1]);
});

test('takes the mean of the middle two of an even number of runs', async () => {
  const { timers } = fakeTimers([4, 2]);
  const [only] = await measureLatency(timers, { warmUp: 0, repeats: 2 });
  expect(only!.median).toBe(3);
});

test('slow tasks within a budget: one warm-up, and no block beyond it', async () => {
  const { timers, order } = fakeTimers(
    [500, 400, 410, 420, 500, 400, 400, 400],
    [600, 500, 510, 520, 600, 500, 500, 500],
  );
  const [a, b] = await measureLatency(timers, { warmUp: 2, repeats: 9, budget: 4000 });
  expect(order).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  expect([a!.runs, b!.runs]).toEqual([
    [400, 410, 420],
    [500, 510, 520],
  ]);
});

test('quick tasks within a budget: as many runs as without', async () => {
  const list = () => [9, 9, 1, 1, 1, 9, 1, 1];
  const { timers } = fakeTimers(list(), list());
  const [a, b] = await measureLatency(timers, { warmUp: 2, repeats: 5, budget: 1000 });
  expect([a!.runs, b!.runs]).toEqual([
    [1, 1, 1, 1, 1],
    [1, 1, 1, 1, 1],
  ]);
});

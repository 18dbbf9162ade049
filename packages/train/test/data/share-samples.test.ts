import { expect, test } from 'vitest';
import { type SamplePlan, shareSamples } from '../../src/data/plan-batch.ts';

const place = { across: 0, down: 0, flip: false, turns: 0 };
const plans = Array.from(
  { length: 60 },
  (_, at): SamplePlan => ({
    kind: 'degraded',
    amount: 1,
    label: 0,
    target: `photos/${at % 20}.png`,
    place,
  }),
);

test('each sample belongs to exactly one worker', () => {
  for (const [workers, photos] of [
    [1, 20],
    [2, 20],
    [3, 1],
    [5, 20],
  ] as const) {
    const shares = shareSamples(plans, workers, photos);
    expect(shares.length).toBe(workers);
    expect(shares.flat().sort((a, b) => a - b)).toEqual(plans.map((_, at) => at));
  }
});

test('with many photos each photo belongs to one worker, and none is idle', () => {
  const shares = shareSamples(plans, 2, 20);
  const photos = shares.map((share) => new Set(share.map((at) => plans[at]!.target)));
  expect([...photos[0]!].filter((photo) => photos[1]!.has(photo))).toEqual([]);
  expect(Math.min(...photos.map(({ size }) => size))).toBeGreaterThan(4);
});

test('with few photos the samples are dealt out in turn', () => {
  expect(shareSamples(plans, 2, 15).map(({ length }) => length)).toEqual([30, 30]);
});

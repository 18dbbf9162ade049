import { gaussianNoise } from '@pip-graft/train';
import { Random } from '@pip-graft/weights';
import { expect, test } from 'vitest';
import { deviation, flat } from '../support/photos.ts';

const measured = (seed: number, sigmas?: readonly number[]) =>
  deviation(gaussianNoise(flat(0.5), 64, 64, new Random(seed), sigmas)) * 255;

test.each([5, 15, 30])('a sigma of %i is measured', (sigma) => {
  // 12288 samples: the deviation's own standard error is 0.64 %.
  expect(Math.abs(measured(1, [sigma]) / sigma - 1)).toBeLessThan(0.03);
});

test('each sigma of the list is drawn, and no other', () => {
  const nearest = (value: number) => [10, 20].find((sigma) => Math.abs(value / sigma - 1) < 0.05);
  const drawn = Array.from({ length: 40 }, (_, seed) => nearest(measured(seed, [10, 20])));
  expect(drawn).not.toContain(undefined);
  const tens = drawn.filter((sigma) => sigma === 10).length;
  expect(tens).toBeGreaterThan(8);
  expect(tens).toBeLessThan(32);
});

test('noise is clipped', () => {
  const made = gaussianNoise(flat(1), 64, 64, new Random(1), [50]);
  expect(Math.max(...made)).toBe(1);
  // Half of the samples would have been brighter.
  expect(made.filter((value) => value === 1).length / made.length).toBeCloseTo(0.5, 1);
});

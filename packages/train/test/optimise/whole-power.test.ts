import { expect, it } from 'vitest';
import { wholePower } from '../../src/optimise/floats.ts';

it('is exact where float64 is', () => {
  expect(wholePower(3, 33)).toBe(5559060566555523);
  expect(wholePower(0.5, 1074)).toBe(Number.MIN_VALUE);
  expect(wholePower(0, 0)).toBe(1);
  expect(wholePower(0, 5)).toBe(0);
});

it('is close to the power, also beyond 2^31 steps', () => {
  for (const step of [1, 2, 17, 1000, 123_457]) {
    expect(wholePower(0.999, step) / 0.999 ** step).toBeCloseTo(1, 10);
  }
  expect(wholePower(1 - 2 ** -40, 2 ** 40 + 1)).toBeCloseTo(Math.exp(-1), 6);
});

import { tileWeights } from '@pip-graft/imaging';
import { describe, expect, test } from 'vitest';

describe('tileWeights', () => {
  test('are a raised cosine over shared pixels, and flat elsewhere', () => {
    // sin² of 22.5° and 67.5°, and of 15°, 45° and 75°.
    const two = tileWeights([0, 3], 5).map(({ own }) => [...own]);
    const [low, high] = [0.1464466094, 0.8535533906];
    expect(two[0]!.map((value) => Number(value.toFixed(10)))).toEqual([1, 1, 1, high, low]);
    expect(two[1]!.map((value) => Number(value.toFixed(10)))).toEqual([low, high, 1, 1, 1]);
    const three = tileWeights([0, 1], 4).map(({ own }) => [...own]);
    expect(three[0]!.map((value) => Number(value.toFixed(10)))).toEqual([
      1, 0.9330127019, 0.5, 0.0669872981,
    ]);
  });

  test.each([
    ['one tile', [0], 7],
    ['side by side', [0, 4, 8], 4],
    ['shared by two', [0, 5, 11], 8],
    ['shared by three and four', [0, 3, 6, 9], 10],
  ])('%s: they add up to one everywhere and none is zero', (_, starts, size) => {
    const weights = tileWeights(starts, size);
    const sum = new Array(starts.at(-1)! + size).fill(0);
    for (const [index, { own, before }] of weights.entries()) {
      for (const [at, weight] of own.entries()) {
        expect(weight).toBeGreaterThan(0);
        expect(before[at]).toBe(sum[starts[index]! + at]);
      }
      own.forEach((weight, at) => {
        sum[starts[index]! + at] += weight;
      });
    }
    for (const value of sum) expect(value).toBeCloseTo(1, 14);
  });
});

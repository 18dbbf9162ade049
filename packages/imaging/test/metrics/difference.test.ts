import { countNonFinite, difference, sameBits } from '@pip-graft/imaging';
import { float32Tensor } from '@pip-graft/weights';
import { describe, expect, test } from 'vitest';

describe('difference', () => {
  test('gives the largest and mean difference, its position and the peak', () => {
    const a = float32Tensor([2, 2], [1, 2, 3, 4]);
    const b = float32Tensor([2, 2], [1, 2.5, 1, -8]);
    expect(difference(a, b)).toEqual({
      maxAbs: 12,
      meanAbs: (0.5 + 2 + 12) / 4,
      peak: 8,
      worst: 3,
    });
  });

  test('NaN exceeds any limit, wherever it is', () => {
    const good = float32Tensor([2], [1, 2]);
    const bad = float32Tensor([2], [1, Number.NaN]);
    for (const [a, b] of [
      [good, bad],
      [bad, good],
      [bad, bad],
    ] as const) {
      expect(difference(a, b).maxAbs <= 1e9).toBe(false);
    }
  });

  test('equal infinities are no difference, unequal ones are infinite', () => {
    const inf = Number.POSITIVE_INFINITY;
    expect(difference(float32Tensor([1], [inf]), float32Tensor([1], [inf])).maxAbs).toBe(0);
    expect(difference(float32Tensor([1], [inf]), float32Tensor([1], [0])).maxAbs).toBe(inf);
  });

  test('shapes must agree', () => {
    const a = float32Tensor([2, 3], new Float32Array(6));
    const b = float32Tensor([3, 2], new Float32Array(6));
    expect(() => difference(a, b)).toThrow(/\[2, 3\] and \[3, 2\]/);
  });
});

test('sameBits distinguishes 0 from -0 and types, and treats NaN as equal to itself', () => {
  const nan = float32Tensor([1], [Number.NaN]);
  expect(sameBits(nan, float32Tensor([1], [Number.NaN]))).toBe(true);
  expect(sameBits(float32Tensor([1], [0]), float32Tensor([1], [-0]))).toBe(false);
  expect(sameBits(float32Tensor([2], [0, 0]), float32Tensor([1, 2], [0, 0]))).toBe(false);
  const bits = { dims: [2], data: new Uint16Array([1, 2]) } as const;
  expect(sameBits({ ...bits, type: 'float16' }, { ...bits, type: 'uint16' })).toBe(false);
});

test('countNonFinite counts NaN and both infinities, also in float16', () => {
  expect(countNonFinite(float32Tensor([4], [1, Number.NaN, -1 / 0, 1 / 0]))).toBe(3);
  // 0x7c00 is infinity, 0x3c00 is 1 (IEEE 754 binary16)
  const half = { type: 'float16', dims: [2], data: new Uint16Array([0x7c00, 0x3c00]) } as const;
  expect(countNonFinite(half)).toBe(1);
});

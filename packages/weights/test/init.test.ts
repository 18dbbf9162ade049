import { constant, kaimingUniform, normal, Random } from '@pip-graft/weights';
import { describe, expect, it } from 'vitest';

describe('kaimingUniform', () => {
  it('fills ±1/sqrt(fan-in), where the fan-in is all axes but the first', () => {
    const { dims, data } = kaimingUniform([40, 4, 3, 3], new Random(0));
    const bound = 1 / 6;
    expect(dims).toEqual([40, 4, 3, 3]);
    expect(Math.max(...data)).toBeLessThanOrEqual(bound);
    expect(Math.max(...data)).toBeGreaterThan(bound * 0.98);
    expect(Math.min(...data)).toBeLessThan(-bound * 0.98);
  });

  it('accepts the fan-in of a bias', () => {
    const { data } = kaimingUniform([400], new Random(0), 100);
    expect(Math.max(...data)).toBeLessThanOrEqual(0.1);
    expect(Math.max(...data)).toBeGreaterThan(0.09);
  });

  it('rejects an empty fan-in', () => {
    expect(() => kaimingUniform([3, 0], new Random(0))).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });
});

describe('normal and constant', () => {
  it('scale and fill', () => {
    const narrow = normal([1000], new Random(0), 0.01).data;
    expect(Math.max(...narrow.map(Math.abs))).toBeLessThan(0.06);
    expect(Math.max(...narrow)).toBeGreaterThan(0.02);
    expect(constant([2, 1], 0.2)).toEqual({ dims: [2, 1], data: new Float32Array([0.2, 0.2]) });
  });
});

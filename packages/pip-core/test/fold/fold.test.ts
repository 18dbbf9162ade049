import { describe, expect, it } from 'vitest';
import { depthwise3x3 } from '../../src/fold/depthwise3x3.ts';
import { l2Normalise } from '../../src/fold/l2-normalise.ts';
import { layerNorm } from '../../src/fold/layer-norm.ts';
import { multiply, resizeMatrix } from '../../src/fold/matrix.ts';

const floats = (...values: number[]) => Float64Array.from(values);

describe('fold', () => {
  it('multiply', () => {
    expect([...multiply(floats(1, 2, 3, 4), floats(5, 6, 7, 8), 2, 2, 2)]).toEqual([
      19, 22, 43, 50,
    ]);
  });

  it('resizeMatrix cuts and fills with zeros', () => {
    expect([...resizeMatrix(floats(1, 2, 3, 4), [2, 2], [1, 3])]).toEqual([1, 2, 0]);
    expect([...resizeMatrix(floats(1, 2), [1, 2], [2, 1])]).toEqual([1, 0]);
  });

  it('depthwise3x3 pads with zeros and does not flip', () => {
    const weight = floats(1, 2, 3, 4, 5, 6, 7, 8, 9);
    // A single 1 in a corner shows the weight mirrored about it.
    expect([...depthwise3x3(floats(1, 0, 0, 0), weight, 1, 2, 2)]).toEqual([5, 4, 2, 1]);
    expect([
      ...depthwise3x3(floats(1, 1), floats(0, 0, 0, 0, 1, 0, 0, 0, 0, ...weight), 2, 1, 1),
    ]).toEqual([1, 5]);
  });

  it('layerNorm is over channels, one pixel at a time', () => {
    const out = layerNorm(floats(1, 10, 3, 10), floats(2, 2), floats(0, 1), 2, 2);
    const unit = 1 / Math.sqrt(1 + 1e-5);
    expect(out[0]).toBeCloseTo(-2 * unit, 12);
    expect(out[2]).toBeCloseTo(2 * unit + 1, 12);
    expect([out[1], out[3]]).toEqual([0, 1]);
  });

  it('l2Normalise leaves a zero row zero', () => {
    expect([...l2Normalise(floats(3, 4, 0, 0), 2)]).toEqual([0.6, 0.8, 0, 0]);
  });
});

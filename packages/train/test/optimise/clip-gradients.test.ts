import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clipGradients, clipScale, gradientNorm } from '../../src/optimise/scale-gradients.ts';

const gradients = (...arrays: number[][]) =>
  new Map(arrays.map((numbers, i) => [`p${i}`, Float32Array.from(numbers)]));

describe('clipGradients', () => {
  it('scales a norm of 13 to 1 and returns 13', () => {
    const given = gradients([3, 4], [12]);
    expect(clipGradients(given, 1)).toBe(13);
    expect(given.get('p0')![0]).toBeCloseTo(3 / 13, 6);
    expect(given.get('p1')![0]).toBeCloseTo(12 / 13, 6);
  });

  it('leaves small, empty and non-finite gradients unchanged', () => {
    for (const given of [
      gradients([0.3, -0.4]),
      gradients(),
      gradients([0, 0]),
      gradients([1, Number.NaN]),
      gradients([1, Number.NEGATIVE_INFINITY]),
    ]) {
      const before = structuredClone(given);
      clipGradients(given, 1);
      expect(given).toEqual(before);
    }
    expect(clipGradients(gradients([1, Number.NaN]), 1)).toBeNaN();
    expect(clipGradients(gradients([1, Number.NEGATIVE_INFINITY]), 1)).toBe(
      Number.POSITIVE_INFINITY,
    );
    expect(clipGradients(gradients(), 1)).toBe(0);
  });

  it('never leaves a norm above the limit, and keeps directions', () => {
    const numbers = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(numbers),
        fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
        (arrays, largest) => {
          const given = gradients(...arrays);
          const norm = clipGradients(given, largest);
          expect(norm).toBe(gradientNorm(gradients(...arrays)));
          expect(gradientNorm(given)).toBeLessThanOrEqual(largest * (1 + 1e-6));
          const factor = Math.min(1, largest / (norm + 1e-6));
          arrays.forEach((array, i) => {
            array.forEach((number, j) => {
              expect(given.get(`p${i}`)![j]).toBe(
                factor < 1 ? Math.fround(number * factor) : number,
              );
            });
          });
        },
      ),
      { numRuns: 100 },
    );
  });

  it('has the same norm to the last bit in any order of names', () => {
    const forward = gradients([0.1, 0.7], [1e-4, 3], [1e4, 0.3]);
    const backward = new Map([...forward].reverse());
    expect(gradientNorm(backward)).toBe(gradientNorm(forward));
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('rejects %d as the largest', (largest) => {
    expect(() => clipGradients(gradients([1]), largest)).toThrow(/largest norm is above 0/);
  });
});

describe('clipScale', () => {
  it('scales a norm down to the limit and leaves small and non-finite ones', () => {
    expect(clipScale(4, 1)).toBeCloseTo(0.25, 6);
    for (const norm of [0, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(clipScale(norm, 1)).toBe(1);
    expect(() => clipScale(1, 0)).toThrow(/largest norm is above 0/);
  });
});

describe('gradientNorm', () => {
  it.each([1, 2, 3, 4, 5, 9])('counts each of %d numbers once', (length) => {
    const numbers = Array.from({ length }, (_, at) => 2 ** at);
    expect(gradientNorm(gradients(numbers))).toBe(Math.sqrt((4 ** length - 1) / 3));
  });
});

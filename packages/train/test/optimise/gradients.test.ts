import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accumulate,
  clipGradients,
  clipScale,
  createAccumulation,
  gradientNorm,
  meanGradients,
  spikeScale,
  updateAverage,
} from '../../src/optimise/gradients.ts';

const one = (...numbers: number[]) => new Map([['p', Float32Array.from(numbers)]]);

describe('accumulate', () => {
  it('gives the sum over the parts divided by their number', () => {
    const sum = createAccumulation();
    accumulate(sum, one(1, -4));
    accumulate(sum, one(2, 8), 0.5);
    accumulate(sum, one(4, 6));
    expect(sum).toEqual({ sums: new Map([['p', Float64Array.of(6, 6)]]), parts: 3 });
    expect(meanGradients(sum)).toEqual(one(2, 2));
  });

  it('copies, so that the arrays of a part can be reused', () => {
    const sum = createAccumulation();
    const part = one(1);
    accumulate(sum, part);
    part.get('p')![0] = 100;
    expect(meanGradients(sum)).toEqual(one(1));
  });

  it('returns a gradient that all parts share to the bit', () => {
    const number = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(number, fc.integer({ min: 1, max: 64 }), (slope, parts) => {
        const sum = createAccumulation();
        for (let part = 0; part < parts; part++) accumulate(sum, one(slope));
        expect(meanGradients(sum).get('p')![0]).toBe(slope === 0 ? 0 : slope);
      }),
    );
  });

  it('rejects names or lengths that differ from the first part, and a mean of nothing', () => {
    const sum = createAccumulation();
    accumulate(sum, one(1));
    expect(() => accumulate(sum, one(1, 2))).toThrow(/'p' has 2 numbers instead of the 1/);
    expect(() => accumulate(sum, new Map())).toThrow(/no gradient for sum 'p'/);
    expect(sum.parts).toBe(1);
    expect(() => meanGradients(createAccumulation())).toThrow(/no gradients to average/);
  });
});

const single = (...numbers: number[]) => new Map([['p', Float32Array.from(numbers)]]);

describe('updateAverage', () => {
  it('copies first, then moves by 1 - decay', () => {
    const average = new Map<string, Float32Array>();
    const parameters = single(8, -8);
    updateAverage(average, parameters, 0.75);
    expect(average).toEqual(parameters);
    expect(average.get('p')).not.toBe(parameters.get('p'));
    updateAverage(average, single(0, 0), 0.75);
    expect(average).toEqual(single(6, -6));
    updateAverage(average, single(2, 2), 0.75);
    expect(average).toEqual(single(5, -4));
  });

  it('stays at decay 1 and follows at decay 0', () => {
    const average = single(1);
    updateAverage(average, single(5), 1);
    expect(average).toEqual(single(1));
    updateAverage(average, single(5), 0);
    expect(average).toEqual(single(5));
  });

  it('rejects other names, lengths and decays', () => {
    const average = single(1);
    expect(() => updateAverage(average, single(1, 2), 0.5)).toThrow(/'p' has 1 numbers instead/);
    expect(() => updateAverage(average, new Map(), 0.5)).toThrow(/'p' belongs to no parameter/);
    for (const decay of [-0.1, 1.1, Number.NaN]) {
      expect(() => updateAverage(average, single(1), decay)).toThrow(/decay/);
    }
  });
});

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

describe('spikeScale', () => {
  it('is 1 up to 5 times the smallest loss; above that it scales the loss to 2.5 times it', () => {
    expect(spikeScale([2, 1, 3], 5)).toBe(1);
    expect(spikeScale([2, 1, 3], 10)).toBe(0.25);
    expect(spikeScale([0.04, 0.02], 0.2)).toBeCloseTo(0.25, 15);
  });

  it('considers only the last 100 losses', () => {
    const others = new Array<number>(99).fill(10);
    expect(spikeScale([1, ...others], 40)).toBe(2.5 / 40);
    expect(spikeScale([1, 10, ...others], 40)).toBe(1);
  });

  it('is 1 without a history, and if the smallest loss is 0', () => {
    expect(spikeScale([], 1e9)).toBe(1);
    expect(spikeScale([0, 1], 100)).toBe(1);
  });

  it('ignores losses that are not finite', () => {
    expect(spikeScale([Number.NaN, 1, Number.POSITIVE_INFINITY], 100)).toBe(0.025);
    expect(spikeScale([Number.NaN], 100)).toBe(1);
  });

  it('scales a loss above 5 times the smallest to 2.5 times it', () => {
    const loss = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(fc.array(loss, { minLength: 1, maxLength: 130 }), loss, (history, now) => {
        const smallest = history.slice(-100).reduce((a, b) => Math.min(a, b));
        const scale = spikeScale(history, now);
        if (now <= 5 * smallest) expect(scale).toBe(1);
        else expect((scale * now) / smallest).toBeCloseTo(2.5, 9);
      }),
    );
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('rejects a loss of %d', (loss) => {
    expect(() => spikeScale([1], loss)).toThrow(/a batch loss is a finite number of at least 0/);
  });
});

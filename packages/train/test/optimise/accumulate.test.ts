import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accumulate, createAccumulation, meanGradients } from '../../src/optimise/accumulate.ts';

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
    expect(() => meanGradients(createAccumulation())).toThrow(/no mean of no gradients/);
  });
});

import { describe, expect, it } from 'vitest';
import { updateAverage } from '../../src/optimise/accumulate.ts';

const one = (...numbers: number[]) => new Map([['p', Float32Array.from(numbers)]]);

describe('updateAverage', () => {
  it('copies first, then moves by 1 - decay', () => {
    const average = new Map<string, Float32Array>();
    const parameters = one(8, -8);
    updateAverage(average, parameters, 0.75);
    expect(average).toEqual(parameters);
    expect(average.get('p')).not.toBe(parameters.get('p'));
    updateAverage(average, one(0, 0), 0.75);
    expect(average).toEqual(one(6, -6));
    updateAverage(average, one(2, 2), 0.75);
    expect(average).toEqual(one(5, -4));
  });

  it('stays at decay 1 and follows at decay 0', () => {
    const average = one(1);
    updateAverage(average, one(5), 1);
    expect(average).toEqual(one(1));
    updateAverage(average, one(5), 0);
    expect(average).toEqual(one(5));
  });

  it('rejects other names, lengths and decays', () => {
    const average = one(1);
    expect(() => updateAverage(average, one(1, 2), 0.5)).toThrow(/'p' has 1 numbers instead/);
    expect(() => updateAverage(average, new Map(), 0.5)).toThrow(/'p' belongs to no parameter/);
    for (const decay of [-0.1, 1.1, Number.NaN]) {
      expect(() => updateAverage(average, one(1), decay)).toThrow(/decay/);
    }
  });
});

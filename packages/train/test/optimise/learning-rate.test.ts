import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { learningRate } from '../../src/optimise/learning-rate.ts';

const recipe = { peak: 3.6e-4, warmupSteps: 10, totalSteps: 120 };

describe('learningRate', () => {
  it('starts at a tenth, peaks after the warm-up, halves midway and ends at 0', () => {
    expect(learningRate(recipe, 0)).toBeCloseTo(3.6e-5, 18);
    expect(learningRate(recipe, 5)).toBeCloseTo(3.6e-4 * 0.55, 18);
    expect(learningRate(recipe, 10)).toBe(3.6e-4);
    expect(learningRate(recipe, 65)).toBeCloseTo(1.8e-4, 18);
    expect(learningRate(recipe, 120)).toBe(0);
    expect(learningRate(recipe, 1000)).toBe(0);
  });

  it('works without a warm-up, with nothing else, and without steps', () => {
    expect(learningRate({ peak: 2, warmupSteps: 0, totalSteps: 4 }, 0)).toBe(2);
    expect(learningRate({ peak: 2, warmupSteps: 4, totalSteps: 4 }, 3)).toBeCloseTo(1.55, 12);
    expect(learningRate({ peak: 2, warmupSteps: 4, totalSteps: 4 }, 4)).toBe(0);
    expect(learningRate({ peak: 2, warmupSteps: 0, totalSteps: 0 }, 0)).toBe(0);
  });

  it('rises during the warm-up and falls after it, between 0 and the peak', () => {
    const schedule = fc
      .tuple(fc.nat(200), fc.nat(200), fc.double({ min: 1e-6, max: 10, noNaN: true }))
      .map(([warmupSteps, rest, peak]) => ({ peak, warmupSteps, totalSteps: warmupSteps + rest }));
    fc.assert(
      fc.property(schedule, (given) => {
        const rates = Array.from({ length: given.totalSteps }, (_, at) => learningRate(given, at));
        rates.forEach((rate, step) => {
          expect(rate).toBeGreaterThan(0);
          expect(rate).toBeLessThanOrEqual(given.peak);
          if (step === 0) return;
          const rises = step <= given.warmupSteps;
          expect(rises ? rate > rates[step - 1]! : rate < rates[step - 1]!).toBe(true);
        });
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    [{ ...recipe, peak: -1 }, 0, /peak of the learning rate is at least 0, not -1/],
    [{ ...recipe, warmupSteps: 121 }, 0, /warmupSteps is at most the 120 steps in all, not 121/],
    [{ ...recipe, warmupSteps: 1.5 }, 0, /warmupSteps is a whole number/],
    [{ ...recipe, totalSteps: Number.NaN }, 0, /totalSteps is a whole number/],
    [recipe, -1, /a step is a whole number of at least 0, not -1/],
    [recipe, 0.5, /a step/],
  ])('rejects %o at step %d', (schedule, step, message) => {
    expect(() => learningRate(schedule, step)).toThrow(message);
  });

  it('falls to a given end rate, halfway at the middle', () => {
    const given = { peak: 8, warmupSteps: 0, totalSteps: 10, end: 2 };
    expect(learningRate(given, 0)).toBe(8);
    expect(learningRate(given, 5)).toBeCloseTo(5, 12);
    expect(learningRate(given, 10)).toBe(2);
    expect(learningRate(given, 99)).toBe(2);
    expect(() => learningRate({ ...given, end: -1 }, 0)).toThrow(/end of the learning rate/);
  });
});

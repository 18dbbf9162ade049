import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spikeScale } from '../../src/optimise/scale-gradients.ts';

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

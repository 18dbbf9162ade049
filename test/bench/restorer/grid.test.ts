import { Random } from '@pip-graft/weights';
import { describe, expect, it } from 'vitest';
import { flattest, gridShare } from '../../../scripts/bench/restorer/grid.mjs';

const side = 128;

function made(value: (x: number, y: number) => number, width = side, height = side) {
  const size = width * height;
  const data = Float32Array.from({ length: 3 * size }, (_, at) => {
    const within = at % size;
    return value(within % width, Math.floor(within / width));
  });
  return { width, height, data };
}

describe('the power share of a grid', () => {
  it.each([2, 4])('is nearly all for a grid of %d pixels, wherever it starts', (period) => {
    const grid = made((x, y) => 0.5 + ((x + 1) % period === 0 && y % period === 0 ? 0.02 : 0));
    expect(gridShare(grid)).toBeGreaterThan(0.97);
  });

  it('is nearly zero for noise', () => {
    const random = new Random(1);
    expect(gridShare(made(() => 0.5 + random.normal(0, 0.02)))).toBeLessThan(0.002);
  });

  it('is zero for a slope and for a single value', () => {
    expect(gridShare(made((x, y) => (x + y) / 300))).toBe(0);
    expect(gridShare(made(() => 0.5))).toBe(0);
  });

  it('is a half if grid and noise have equal power', () => {
    const random = new Random(2);
    // A checkerboard of ± a has power a², like noise of that deviation.
    const both = made((x, y) => 0.5 + ((x + y) % 2 ? 0.02 : -0.02) + random.normal(0, 0.02));
    expect(gridShare(both)).toBeGreaterThan(0.47);
    expect(gridShare(both)).toBeLessThan(0.56);
  });
});

describe('the flattest region', () => {
  it('is where nothing happens', () => {
    const random = new Random(3);
    const image = made((x) => (x < 160 ? random.uniform() : 0.5), 320, 128);
    expect(flattest(image)).toMatchObject({ left: 160, top: 0, gradient: 0 });
  });

  it('does not exist in an image that is too small', () => {
    const { gradient } = flattest(made(() => 0.5, 64, 64));
    expect(gradient).toBe(Number.POSITIVE_INFINITY);
  });
});

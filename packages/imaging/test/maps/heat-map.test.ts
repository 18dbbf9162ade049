import {
  differenceMap,
  heatMap,
  type Image,
  imageOf,
  scaleOf,
  viridis,
  viridisStops,
} from '@pip-graft/imaging';
import { describe, expect, test } from 'vitest';

const colourAt = ({ data, width, height }: Image, at: number) =>
  [0, 1, 2].map((plane) => data[plane * width * height + at]!);
const close = (a: readonly number[], b: readonly number[]) => {
  for (const [index, value] of a.entries()) expect(value).toBeCloseTo(b[index]!, 6);
};

describe('viridis', () => {
  // matplotlib's own values at 0, 1/2 and 1.
  test.each([
    [0, [0.267004, 0.004874, 0.329415]],
    [0.5, [0.127568, 0.566949, 0.550556]],
    [1, [0.993248, 0.906157, 0.143936]],
  ])('at %d', (at, expected) => {
    for (const [channel, value] of viridis(at).entries()) {
      expect(Math.abs(value - expected[channel]!)).toBeLessThan(0.005);
    }
  });

  test('gets lighter throughout', () => {
    const lightness = Array.from({ length: 101 }, (_, index) => {
      const [red, green, blue] = viridis(index / 100);
      return 0.2126 * red ** 2.2 + 0.7152 * green ** 2.2 + 0.0722 * blue ** 2.2;
    });
    for (const [index, value] of lightness.slice(1).entries()) {
      expect(value).toBeGreaterThan(lightness[index]!);
    }
    expect(viridisStops).toHaveLength(11);
  });
});

describe('heatMap', () => {
  test('maps ends, middle and values beyond the ends', () => {
    const { image } = heatMap(Float32Array.of(-1, 0, 5, 10, 99, 2.5), 3, 2, { low: 0, high: 10 });
    expect([image.width, image.height]).toEqual([3, 2]);
    for (const [at, place] of [0, 0, 0.5, 1, 1, 0.25].entries()) {
      close(colourAt(image, at), viridis(place));
    }
  });

  test('shows non-finite values in a colour outside the scale', () => {
    const { image } = heatMap(Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY), 2, 1, {
      low: 0,
      high: 1,
    });
    expect([colourAt(image, 0), colourAt(image, 1)]).toEqual([
      [1, 0, 1],
      [1, 0, 1],
    ]);
  });

  test('is dark for a scale without width', () => {
    close(colourAt(heatMap(Float32Array.of(3), 1, 1, { low: 3, high: 3 }).image, 0), viridis(0));
  });

  test('scales ignore non-finite values', () => {
    expect(scaleOf([Float32Array.of(2, Number.NaN), Float32Array.of(-1, Infinity)])).toEqual({
      low: -1,
      high: 2,
    });
    expect(scaleOf([Float32Array.of(Number.NaN)])).toEqual({ low: 0, high: 0 });
  });
});

describe('differenceMap', () => {
  // Two pixels; the second differs by 0.3, 0 and -0.6: 0.3 in the mean.
  const a = imageOf(2, 1, Float32Array.of(0.5, 0.8, 0.5, 0.5, 0.5, 0));
  const b = imageOf(2, 1, Float32Array.of(0.5, 0.5, 0.5, 0.5, 0.5, 0.6));

  test('is the mean absolute difference over colours, scaled to the largest', () => {
    const map = differenceMap(a, b);
    expect(map.low).toBe(0);
    expect(map.high).toBeCloseTo(0.3, 6);
    close(colourAt(map.image, 0), viridis(0));
    close(colourAt(map.image, 1), viridis(1));
    expect(differenceMap(b, a).image.data).toEqual(map.image.data);
  });

  test('uses a given scale', () => {
    const map = differenceMap(a, b, 0.6);
    expect(map.high).toBe(0.6);
    close(colourAt(map.image, 1), viridis(0.5));
  });

  test('is dark for equal images, and rejects different sizes', () => {
    expect(differenceMap(a, a).high).toBe(0);
    expect(() => differenceMap(a, imageOf(1, 1, new Float32Array(3)))).toThrow(
      'Images of 2x1 and 1x1 cannot be compared; use images of the same size.',
    );
  });
});

import { Random } from '@pip-graft/weights';
import { expect, test } from 'vitest';
import {
  applyHaze,
  drawHaze,
  hazeRanges,
  scatterHaze,
  sceneDepth,
  smoothDepth,
} from '../../../src/data/degrade/scatter-haze.ts';
import { flat, mean } from '../support/photos.ts';

test('applies the formula at three depths', () => {
  const planes = Float32Array.of(0.2, 0.2, 0.2, 0.6, 0.6, 0.6, 1, 1, 1);
  const transmission = Float32Array.of(1, 0.5, 0.25);
  const made = applyHaze(planes, { air: [0.8, 0.7, 0.9], transmission });
  expect(made[0]).toBeCloseTo(0.2, 6);
  expect(made[1]).toBeCloseTo(0.2 * 0.5 + 0.8 * 0.5, 6);
  expect(made[5]).toBeCloseTo(0.6 * 0.25 + 0.7 * 0.75, 6);
  expect(made[8]).toBeCloseTo(0.25 + 0.9 * 0.75, 6);
});

test('mean transmission, air and tint fill their ranges and stay within them', () => {
  const means: number[] = [];
  for (let seed = 0; seed < 200; seed++) {
    const planes = flat(0, 24).map((_, at) => (at % 29) / 29);
    const { air, transmission } = drawHaze(planes, 24, 24, new Random(seed));
    means.push(mean(transmission));
    expect(Math.max(...air) - Math.min(...air)).toBeLessThanOrEqual(0.12);
    expect(Math.min(...air)).toBeGreaterThan(0.54);
    expect(Math.max(...air)).toBeLessThanOrEqual(1);
  }
  const [low, high] = hazeRanges.t;
  expect(Math.min(...means)).toBeGreaterThan(low - 0.02);
  expect(Math.max(...means)).toBeLessThan(high + 0.02);
  const middle = (low + high) / 2;
  const thick = means.filter((value) => value < middle).length / means.length;
  expect(Math.abs(thick - 0.5)).toBeLessThan(0.1);
});

test('the mean transmission is as requested, however deep the patch', () => {
  const planes = flat(0, 40).map((_, at) => (at % 40 < 20 ? 0.1 : 0.9));
  for (const t of [0.2, 0.5, 0.9]) {
    const ranges = { ...hazeRanges, t: [t, t], spread: [0.8, 0.8] } as const;
    const { transmission } = drawHaze(planes, 40, 40, new Random(4), ranges);
    expect(Math.abs(mean(transmission) - t)).toBeLessThan(0.02);
    expect(Math.max(...transmission) - Math.min(...transmission)).toBeGreaterThan(0.03);
  }
});

test('most patches have nearly the same depth throughout', () => {
  const planes = flat(0, 32).map((_, at) => (at % 31) / 31);
  const ranges = Array.from({ length: 100 }, (_, seed) => {
    const { transmission } = drawHaze(planes, 32, 32, new Random(seed));
    return Math.max(...transmission) - Math.min(...transmission);
  });
  expect(ranges.filter((range) => range < 0.1).length).toBeGreaterThan(50);
  expect(ranges.filter((range) => range > 0.2).length).toBeGreaterThan(3);
});

test('contrast shrinks by t, equally in every colour', () => {
  const ranges = { ...hazeRanges, spread: [0, 0] } as const;
  const [dark, light] = [0.1, 0.7].map((value) =>
    scatterHaze(flat(value, 8), 8, 8, new Random(5), ranges),
  ) as [Float32Array, Float32Array];
  const { transmission } = drawHaze(flat(0.1, 8), 8, 8, new Random(5), ranges);
  for (const at of [0, 70, 191]) {
    expect((light[at]! - dark[at]!) / 0.6).toBeCloseTo(transmission[at % 64]!, 5);
  }
});

test('depth follows the edges of the patch', () => {
  // Dark on the left, light on the right: the step between them shows in many of the depths.
  const side = 32;
  const planes = flat(0, side).map((_, at) => (at % side < 16 ? 0.1 : 0.9));
  let steps = 0;
  for (let seed = 0; seed < 40; seed++) {
    const depth = sceneDepth(planes, side, side, new Random(seed));
    expect(Math.min(...depth)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...depth)).toBeLessThanOrEqual(1);
    const change = (from: number) =>
      Math.abs(
        mean(depth.filter((_, at) => at % side === from + 4)) -
          mean(depth.filter((_, at) => at % side === from)),
      );
    if (change(14) > 2 * Math.max(change(3), change(24))) steps++;
  }
  expect(steps).toBeGreaterThan(10);
});

test('depth is smooth and ranges from 0 to 1', () => {
  for (let seed = 0; seed < 20; seed++) {
    const depth = smoothDepth(60, 40, new Random(seed));
    expect(Math.min(...depth)).toBe(0);
    expect(Math.max(...depth)).toBe(1);
    let steepest = 0;
    for (let at = 0; at + 1 < depth.length; at++) {
      if (at % 60 < 59) steepest = Math.max(steepest, Math.abs(depth[at + 1]! - depth[at]!));
    }
    // A cell is 20 pixels wide and smoothstep's slope at most 1.5: 0.075 per pixel of the range.
    expect(steepest).toBeLessThan(0.0763);
  }
});

test('a single pixel and a single row have a depth', () => {
  expect(smoothDepth(1, 1, new Random(1))).toEqual(Float32Array.of(0));
  expect(smoothDepth(5, 1, new Random(1)).every(Number.isFinite)).toBe(true);
});

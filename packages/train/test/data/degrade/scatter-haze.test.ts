import { applyHaze, drawHaze, scatterHaze, smoothDepth } from '@pip-graft/train';
import { Random } from '@pip-graft/weights';
import { expect, test } from 'vitest';
import { flat } from '../support/photos.ts';

test('the formula at three depths', () => {
  const planes = Float32Array.of(0.2, 0.2, 0.2, 0.6, 0.6, 0.6, 1, 1, 1);
  const made = applyHaze(planes, { air: 0.8, beta: 2, depth: Float32Array.of(0, 0.5, 1) });
  const [t1, t2] = [Math.exp(-1), Math.exp(-2)];
  expect(made[0]).toBeCloseTo(0.2, 6);
  expect(made[1]).toBeCloseTo(0.2 * t1 + 0.8 * (1 - t1), 6);
  expect(made[5]).toBeCloseTo(0.6 * t2 + 0.8 * (1 - t2), 6);
  expect(made[8]).toBeCloseTo(t2 + 0.8 * (1 - t2), 6);
});

test('the air and its depth are drawn within their ranges', () => {
  for (let seed = 0; seed < 50; seed++) {
    const { air, beta, depth } = drawHaze(16, 12, new Random(seed));
    expect(air).toBeGreaterThanOrEqual(0.7);
    expect(air).toBeLessThan(1);
    expect(beta).toBeGreaterThanOrEqual(0.6);
    expect(beta).toBeLessThan(1.8);
    expect(Math.min(...depth)).toBeGreaterThanOrEqual(0.2);
    expect(Math.max(...depth)).toBeLessThanOrEqual(1.8);
  }
});

test('contrast shrinks by t, alike in every colour', () => {
  const [dark, light] = [0.1, 0.7].map((value) =>
    scatterHaze(flat(value, 8), 8, 8, new Random(5)),
  ) as [Float32Array, Float32Array];
  const { beta, depth } = drawHaze(8, 8, new Random(5));
  for (const at of [0, 70, 191]) {
    expect((light[at]! - dark[at]!) / 0.6).toBeCloseTo(Math.exp(-beta * depth[at % 64]!), 5);
  }
});

test('depth is smooth and reaches from 0 to 1', () => {
  for (let seed = 0; seed < 20; seed++) {
    const depth = smoothDepth(60, 40, new Random(seed));
    expect(Math.min(...depth)).toBe(0);
    expect(Math.max(...depth)).toBe(1);
    let steepest = 0;
    for (let at = 0; at + 1 < depth.length; at++) {
      if (at % 60 < 59) steepest = Math.max(steepest, Math.abs(depth[at + 1]! - depth[at]!));
    }
    // A cell is 20 pixels wide and smoothstep's slope at most 1.5: 0.075 a pixel for the full range.
    expect(steepest).toBeLessThan(0.0763);
  }
});

test('one pixel and one row have a depth', () => {
  expect(smoothDepth(1, 1, new Random(1))).toEqual(Float32Array.of(0));
  expect(smoothDepth(5, 1, new Random(1)).every(Number.isFinite)).toBe(true);
});

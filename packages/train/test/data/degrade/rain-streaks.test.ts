import { rainStreaks } from '@pip-graft/train';
import { Random } from '@pip-graft/weights';
import { expect, test } from 'vitest';
import { flat } from '../support/photos.ts';

const side = 96;
const rain = (value: number, seed: number) =>
  rainStreaks(flat(value, side), side, side, new Random(seed));

test('streaks are light added alike to the three colours, whatever is behind them', () => {
  const planes = Float32Array.from({ length: 3 * side * side }, (_, at) => (at % 97) / 970);
  const made = rainStreaks(planes, side, side, new Random(3));
  const size = side * side;
  const dark = rain(0, 3);
  for (let at = 0; at < 3 * size; at++) {
    expect(dark[at]).toBe(dark[at % size]);
    expect(made[at]).toBeCloseTo(Math.min(1, planes[at]! + dark[at]!), 6);
  }
});

test('some pixels are rained on, not all', () => {
  for (let seed = 0; seed < 20; seed++) {
    const made = rain(0, seed);
    expect(made.every((value) => value >= 0 && value <= 1)).toBe(true);
    const wet = made.filter((value) => value > 0.02).length / made.length;
    expect(wet).toBeGreaterThan(0.01);
    expect(wet).toBeLessThan(0.9);
  }
});

test('streaks are nearer to upright than to level: along them values change less', () => {
  for (let seed = 0; seed < 10; seed++) {
    const made = rain(0, seed);
    let [across, down] = [0, 0];
    for (let y = 0; y + 1 < side; y++) {
      for (let x = 0; x + 1 < side; x++) {
        const at = y * side + x;
        across += Math.abs(made[at + 1]! - made[at]!);
        down += Math.abs(made[at + side]! - made[at]!);
      }
    }
    expect(across / down).toBeGreaterThan(1.1);
  }
});

test('edges are no drier than the middle', () => {
  let [edge, middle] = [0, 0];
  const strip = 8;
  for (let seed = 0; seed < 60; seed++) {
    const made = rain(0, seed);
    for (let y = 0; y < strip; y++) {
      for (let x = 0; x < side; x++) {
        edge += made[y * side + x]!;
        middle += made[(y + side / 2) * side + x]!;
      }
    }
  }
  expect(edge / middle).toBeGreaterThan(0.85);
  expect(edge / middle).toBeLessThan(1.15);
});

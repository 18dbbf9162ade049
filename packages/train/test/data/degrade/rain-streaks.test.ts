import { Random } from '@pip-graft/weights';
import { expect, test } from 'vitest';
import { rainRanges, rainStreaks } from '../../../src/data/degrade/rain-streaks.ts';
import { flat, mean } from '../support/photos.ts';

const side = 96;
const bare = { ...rainRanges, veil: [0, 0] } as const;
const rain = (value: number, seed: number, ranges: typeof rainRanges = bare) =>
  rainStreaks(flat(value, side), side, side, new Random(seed), ranges);

test('streaks add the same light to all three colours, whatever is behind them', () => {
  const planes = Float32Array.from({ length: 3 * side * side }, (_, at) => (at % 97) / 970);
  const made = rainStreaks(planes, side, side, new Random(3), bare);
  const size = side * side;
  const dark = rain(0, 3);
  for (let at = 0; at < 3 * size; at++) {
    expect(dark[at]).toBe(dark[at % size]);
    // Where the streaks alone are clipped, so is the result.
    if (dark[at]! < 1) expect(made[at]).toBeCloseTo(Math.min(1, planes[at]! + dark[at]!), 6);
    else expect(made[at]).toBe(1);
  }
});

test('ranges from a drizzle of 32 dB to a cloudburst of 12 dB', () => {
  const decibels = Array.from({ length: 150 }, (_, seed) => {
    const error = rain(0.35, seed, rainRanges).map((value) => (value - 0.35) ** 2);
    return -10 * Math.log10(mean(error));
  }).sort((a, b) => a - b);
  expect(decibels[Math.floor(0.12 * 150)]).toBeLessThan(15);
  expect(decibels[75]).toBeGreaterThan(15);
  expect(decibels[75]).toBeLessThan(24);
  expect(decibels[Math.floor(0.93 * 150)]).toBeGreaterThan(26);
  expect(decibels[Math.floor(0.85 * 150)]).toBeLessThan(36);
});

test('a layer covers the requested area in its direction', () => {
  const one = { ...bare, layers: [1, 1], strength: [0.05, 0.05], width: [2, 2] } as const;
  for (const cover of [0.05, 0.4]) {
    const light = Array.from({ length: 30 }, (_, seed) =>
      mean(rain(0, seed, { ...one, cover: [cover, cover], length: [20, 20] })),
    );
    // Streaks have 0.8 of the length, 0.9 of the width and 0.7 of the strength on average;
    // short ones fade from their middle on, which leaves 2 / pi.
    const expected = (cover * 0.05 * 0.8 * 0.9 * 0.7 * 2) / Math.PI;
    const found = light.reduce((sum, value) => sum + value, 0) / light.length;
    expect(Math.abs(found / expected - 1)).toBeLessThan(0.1);
  }
  for (let seed = 0; seed < 10; seed++) {
    const steep = rain(0, seed, { ...one, lean: [30, 30], length: [40, 40], cover: [0.3, 0.3] });
    let [along, against] = [0, 0];
    for (let y = 0; y + 4 < side; y++) {
      for (let x = 4; x + 4 < side; x++) {
        // Over four rows, a lean of 30 degrees is 2.3 columns to the right.
        const at = y * side + x;
        along += Math.abs(steep[at + 4 * side + 2]! - steep[at]!);
        against += Math.abs(steep[at + 4 * side - 2]! - steep[at]!);
      }
    }
    expect(along / against).toBeLessThan(0.8);
  }
});

test('a veil reduces contrast in a quarter of the patches', () => {
  const veiled = { ...rainRanges, strength: [0, 0], veil: [0.3, 0.3] } as const;
  const contrasts = Array.from({ length: 80 }, (_, seed) => {
    const [dark, light] = [0.2, 0.8].map((value) => rain(value, seed, veiled)[0]!);
    return (light! - dark!) / 0.6;
  });
  for (const value of contrasts)
    expect(Math.min(Math.abs(value - 1), Math.abs(value - 0.7))).toBeLessThan(1e-5);
  const share = contrasts.filter((value) => value < 0.8).length / 80;
  expect(Math.abs(share - 0.25)).toBeLessThan(0.15);
});

test('edges get as much rain as the middle', () => {
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

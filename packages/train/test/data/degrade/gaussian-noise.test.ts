import { Random } from '@pip-graft/weights';
import { expect, test } from 'vitest';
import { applyNoise, drawSigma, gaussianNoise } from '../../../src/data/degrade/gaussian-noise.ts';
import { deviation, flat } from '../support/photos.ts';

const noisy = (kind: 'white' | 'grain' | 'signal', sigma: number, value = 0.5) =>
  applyNoise(flat(value), { width: 64, height: 64, sigma, kind }, new Random(1));

test.each([5, 15, 30])('a sigma of %i is measured for every kind', (sigma) => {
  // 12288 samples: the deviation's own standard error is 0.64 %; grain has fewer independent ones.
  for (const kind of ['white', 'signal'] as const)
    expect(Math.abs((deviation(noisy(kind, sigma)) * 255) / sigma - 1)).toBeLessThan(0.03);
  expect(Math.abs((deviation(noisy('grain', sigma)) * 255) / sigma - 1)).toBeLessThan(0.05);
});

test('neighbouring pixels correlate in grain but not in white noise', () => {
  const likeness = (planes: Float32Array, step: number) => {
    let [sum, power] = [0, 0];
    for (let at = step; at < planes.length; at++) {
      sum += (planes[at]! - 0.5) * (planes[at - step]! - 0.5);
      power += (planes[at]! - 0.5) ** 2;
    }
    return sum / power;
  };
  for (const step of [1, 64]) {
    expect(Math.abs(likeness(noisy('white', 15), step))).toBeLessThan(0.03);
    expect(likeness(noisy('grain', 15), step)).toBeGreaterThan(0.15);
  }
});

test.each([0.5, 1.2])('grain of %f pixels correlates as a blur of white noise does', (grain) => {
  const side = 128;
  const noise = { width: side, height: side, sigma: 20, kind: 'white', grain } as const;
  const made = applyNoise(flat(0.5, side), noise, new Random(1));
  expect(Math.abs((deviation(made) * 255) / 20 - 1)).toBeLessThan(0.05);
  let [sum, power] = [0, 0];
  for (let at = 1; at < made.length; at++) {
    sum += (made[at]! - 0.5) * (made[at - 1]! - 0.5);
    power += (made[at]! - 0.5) ** 2;
  }
  // Correlation of the sampled Gaussian with itself, one pixel along.
  const weight = (x: number) => Math.exp(-(x ** 2) / (2 * grain ** 2));
  const taps = Array.from({ length: 17 }, (_, at) => at - 8);
  const overlap = (step: number) => taps.reduce((all, x) => all + weight(x) * weight(x + step), 0);
  expect(Math.abs(sum / power - overlap(1) / overlap(0))).toBeLessThan(0.04);
});

test('signal noise grows with the light', () => {
  const dark = deviation(noisy('signal', 15, 0.2));
  const light = deviation(noisy('signal', 15, 0.7));
  // sqrt((0.2 + 1.6 · 0.7) / (0.2 + 1.6 · 0.2))
  expect(Math.abs(light / dark / Math.sqrt(1.32 / 0.52) - 1)).toBeLessThan(0.03);
});

test('draws from the whole range, and the usual deviations more often', () => {
  const drawn = Array.from({ length: 2000 }, (_, seed) => drawSigma([0, 55], new Random(seed)));
  expect(Math.min(...drawn)).toBeLessThan(2);
  expect(Math.max(...drawn)).toBeGreaterThan(53);
  expect(drawn.every((sigma) => sigma >= 0 && sigma < 55)).toBe(true);
  for (const usual of [15, 25, 50]) {
    // A sixth, plus the share of the uniform half there: 4 of 55.
    const near = drawn.filter((sigma) => Math.abs(sigma - usual) <= 2).length / drawn.length;
    expect(Math.abs(near - (1 / 6 + 2 / 55))).toBeLessThan(0.03);
  }
});

test('stays within a narrow range', () => {
  for (let seed = 0; seed < 50; seed++) {
    expect(drawSigma([25, 25], new Random(seed))).toBe(25);
    const sigma = drawSigma([24, 25.5], new Random(seed));
    expect(sigma).toBeGreaterThanOrEqual(24);
    expect(sigma).toBeLessThanOrEqual(25.5);
  }
  const made = gaussianNoise(flat(0.5), 64, 64, new Random(1), {
    sigma: [10, 10],
    grain: [0, 0],
  });
  expect(Math.abs((deviation(made) * 255) / 10 - 1)).toBeLessThan(0.05);
});

test('noise is clipped', () => {
  const made = noisy('white', 50, 1);
  expect(Math.max(...made)).toBe(1);
  // Half of the samples would be brighter otherwise.
  expect(made.filter((value) => value === 1).length / made.length).toBeCloseTo(0.5, 1);
});

import { applyDimness, dimLight } from '@pip-graft/train';
import { Random } from '@pip-graft/weights';
import { expect, test } from 'vitest';
import { deviation, flat, mean } from '../support/photos.ts';

test('without noise, gain and gamma', () => {
  const planes = Float32Array.of(0, 0.25, 1);
  const made = applyDimness(planes, { gain: 0.4, gamma: 1.5, read: 0, shot: 0 }, new Random(1));
  expect(made[0]).toBe(0);
  expect(made[1]).toBeCloseTo(0.05, 7);
  expect(made[2]).toBeCloseTo(0.4, 7);
});

test('the noise has the variance of the sensor and of the photons', () => {
  const dimness = { gain: 0.5, gamma: 1, read: 0.01, shot: 0.0008 };
  const made = applyDimness(flat(0.8), dimness, new Random(1));
  expect(mean(made)).toBeCloseTo(0.4, 3);
  // read² + shot · 0.4
  const expected = Math.sqrt(0.0001 + 0.00032);
  expect(Math.abs(deviation(made) / expected - 1)).toBeLessThan(0.03);
});

test('pictures get darker, by no more than was promised', () => {
  for (let seed = 0; seed < 40; seed++) {
    const light = mean(dimLight(flat(0.5), 64, 64, new Random(seed)));
    expect(light).toBeGreaterThan(0.1 * 0.25 - 0.001);
    expect(light).toBeLessThan(0.25 + 0.001);
  }
});

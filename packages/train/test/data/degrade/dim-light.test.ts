import { Random } from '@pip-graft/weights';
import { expect, test } from 'vitest';
import {
  applyDimness,
  dimLight,
  drawDimness,
  lowLightRanges,
} from '../../../src/data/degrade/dim-light.ts';
import { deviation, flat, mean } from '../support/photos.ts';

const calm = { read: 0, shot: 0, scaled: false, gamma: 1 };

test('without noise, white maps to the gain, and half the light stays half the light', () => {
  // Values 1 and 188 of 255; the latter has half of white's light within 0.2 %.
  const planes = Float32Array.of(0, 188 / 255, 1);
  const made = applyDimness(planes, { ...calm, gain: 0.4 }, new Random(1));
  expect(made[0]).toBe(0);
  expect(made[2]).toBeCloseTo(0.4, 6);
  // sRGB: 0.4 is a light of 0.132868, of which half is encoded as 0.286127.
  expect(Math.abs(made[1]! - 0.286127)).toBeLessThan(0.001);
});

test('scales values and applies the gamma curve to them', () => {
  const planes = Float32Array.of(0, 0.4, 1);
  const scaled = applyDimness(planes, { ...calm, gain: 0.2, scaled: true }, new Random(1));
  expect(scaled[1]).toBeCloseTo(0.08, 6);
  const curve = { ...calm, gain: 0.2, scaled: true, gamma: 1.5 };
  const curved = applyDimness(planes, curve, new Random(1));
  expect(curved[1]).toBeCloseTo(0.2 * 0.4 ** 1.5, 6);
  expect(curved[2]).toBeCloseTo(0.2, 6);
});

test('in linear light, the noise has the variance of sensor and photons', () => {
  // Below 0.04 values are 12.92 times the light.
  const dimness = { ...calm, gain: 0.03, scaled: true, read: 2e-4, shot: 1e-5 };
  const made = applyDimness(flat(0.8), dimness, new Random(1));
  const light = 0.024 / 12.92;
  expect(mean(made)).toBeCloseTo(0.024, 3);
  const expected = 12.92 * Math.sqrt(4e-8 + 1e-5 * light);
  expect(Math.abs(deviation(made) / expected - 1)).toBeLessThan(0.03);
});

test('gains are evenly distributed on a log scale and within range', async () => {
  const gains = Array.from({ length: 400 }, (_, seed) => drawDimness(new Random(seed)).gain);
  const { gain } = lowLightRanges;
  expect(Math.min(...gains)).toBeGreaterThanOrEqual(gain[0]);
  expect(Math.max(...gains)).toBeLessThan(gain[1]);
  const middle = Math.sqrt(gain[0] * gain[1]);
  const darker = gains.filter((value) => value < middle).length / gains.length;
  expect(Math.abs(darker - 0.5)).toBeLessThan(0.08);
  const light = { ...lowLightRanges, gain: [0.5, 0.5], gamma: [1, 1] } as const;
  for (let seed = 0; seed < 20; seed++) {
    // White loses no more than noise and JPEG compression take.
    const white = mean(await dimLight(flat(1), 64, 64, new Random(seed), light));
    expect(Math.abs(white - 0.5)).toBeLessThan(0.01);
  }
});

test('what is lit stays as it was, and the rest gets dark', async () => {
  // A bright sky of a quarter of the height above a grey street.
  const side = 96;
  const value = (at: number) => (Math.floor(at / side) % side < side / 4 ? 0.9 : 0.5);
  const scene = Float32Array.from({ length: 3 * side * side }, (_, at) => value(at));
  const still = {
    ...lowLightRanges,
    gain: [0.1, 0.1],
    gamma: [1, 1],
    read: [0, 0],
    shot: [0, 0],
  } as const;
  const of = async (lit: number, seed = 1) => {
    const ranges = { ...still, lit: [lit, lit] } as const;
    const made = await dimLight(scene, side, side, new Random(seed), ranges);
    return { sky: made[4 * side + side / 2]!, street: made[80 * side + side / 2]! };
  };
  const dark = await of(0);
  expect(dark.sky).toBeLessThan(0.1);
  const lit = await of(0.3);
  expect(lit.sky).toBeCloseTo(0.9, 2);
  expect(lit.street).toBeCloseTo(dark.street, 2);
});

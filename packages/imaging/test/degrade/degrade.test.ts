import { amounts, degradations, degrade, imageOf, psnr } from '@pip-graft/imaging';
import { Random } from '@pip-graft/weights';
import { describe, expect, test } from 'vitest';
import { addHaze, addMotionBlur, addNoise } from '../../src/degrade/degrade.ts';

const flat = (value: number, width = 32, height = 24) =>
  imageOf(width, height, new Float32Array(3 * width * height).fill(value));

const wavy = imageOf(
  32,
  24,
  Float32Array.from({ length: 3 * 32 * 24 }, (_, i) => 0.5 + 0.4 * Math.sin(i * 0.7)),
);

describe.each(degradations)('%s', (name) => {
  test('gives the same image for the same seed, keeps its input and stays in range', () => {
    const before = wavy.data.slice();
    const once = degrade(wavy, name, 3);
    expect(degrade(wavy, name, 3)).toEqual(once);
    expect(wavy.data).toEqual(before);
    expect(once.data.every((value) => value >= 0 && value <= 1)).toBe(true);
    const distance = psnr(once, wavy);
    expect(distance).toBeGreaterThan(5);
    expect(distance).toBeLessThan(40);
  });
});

test.each(['noise', 'rain', 'blur', 'low-light'] as const)('%s depends on the seed', (name) => {
  expect(degrade(wavy, name, 4).data).not.toEqual(degrade(wavy, name, 3).data);
});

test('noise has the requested deviation', () => {
  const noisy = addNoise(flat(0.5, 64, 64), 25, new Random(1));
  const variance =
    noisy.data.reduce((sum, value) => sum + (value - 0.5) ** 2, 0) / noisy.data.length;
  // 12288 samples: the deviation's own standard error is 0.6 %.
  expect(Math.abs(Math.sqrt(variance) * 255 - 25)).toBeLessThan(0.6);
});

test('haze follows its formula at the upper and lower edge', () => {
  const hazy = addHaze(flat(0.2, 3, 5), 1);
  const at = (t: number) => 0.2 * t + 0.9 * (1 - t);
  expect(hazy.data[0]).toBeCloseTo(at(Math.exp(-1)), 6);
  expect(hazy.data[14]).toBeCloseTo(at(Math.exp(-0.4)), 6);
});

test('blur along a row spreads a point evenly over its length and keeps the sum', () => {
  const data = new Float32Array(3 * 15);
  data[7] = 1;
  const row = [...addMotionBlur(imageOf(15, 1, data), 5, 0).data.subarray(0, 15)];
  // 9 half-pixel taps from -2 to 2, bilinear: 1.5 taps at the ends, 2 taps between.
  const want = [1.5, 2, 2, 2, 1.5].map((taps) => taps / 9);
  for (const [i, value] of want.entries()) expect(row[5 + i]).toBeCloseTo(value, 6);
  expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
});

test('rejects an unknown degradation', () => {
  expect(() => degrade(wavy, 'snow' as 'rain', 1)).toThrow(
    /'snow': not known; use one of noise, rain/,
  );
});

describe.each(degradations)('the amount of %s', (name) => {
  const { usual, least, most } = amounts[name];

  test('is the usual one by default', () => {
    expect(degrade(wavy, name, 3)).toEqual(degrade(wavy, name, 3, usual));
  });

  test('has an effect: more of it (for light: less) is further from the clean image', () => {
    const far = name === 'low-light' ? usual / 2 : usual * 2;
    const [near, further] = [degrade(wavy, name, 3), degrade(wavy, name, 3, far)];
    expect(psnr(further, wavy)).toBeLessThan(psnr(near, wavy));
  });

  test.each([least - 1e-9, most + 1e-9, Number.NaN])('is rejected at %d', (amount) => {
    expect(() => degrade(wavy, name, 3, amount)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });
});

test('noise of 0 and haze of 0 leave an image unchanged', () => {
  expect(degrade(wavy, 'noise', 3, 0)).toEqual(wavy);
  expect(degrade(wavy, 'haze', 3, 0)).toEqual(wavy);
});

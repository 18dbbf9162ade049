import { imageOf, psnr } from '@pip-graft/imaging';
import { describe, expect, test } from 'vitest';
import { ssim } from '../../src/metrics/ssim.ts';

// Literals from scikit-image 0.26.0 (numpy 2.4.6) on the same numbers, as float64:
// structural_similarity(a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1, channel_axis=-1)
// peak_signal_noise_ratio(a, b, data_range=1)
const golden = {
  other: { ssim: -0.004096251055272356, psnr: 8.169582567715967 },
  flatter: { ssim: 0.8014488223163131, psnr: 16.84296584478615 },
};

/** ((x·x·a + y·b·(plane + 1) + x·y) mod 256) / 255, 29x23 */
function pattern(a: number, b: number, f = (value: number) => value) {
  const data = new Float32Array(3 * 29 * 23);
  for (let plane = 0, at = 0; plane < 3; plane++) {
    for (let y = 0; y < 23; y++) {
      for (let x = 0; x < 29; x++, at++) {
        data[at] = f(Math.fround(((x * x * a + y * b * (plane + 1) + x * y) % 256) / 255));
      }
    }
  }
  return imageOf(29, 23, data);
}

describe('ssim and psnr against scikit-image', () => {
  const a = pattern(3, 7);
  test.each([
    ['another image', pattern(5, 2), golden.other],
    ['the same with half the contrast', pattern(3, 7, (v) => v * 0.5 + 0.25), golden.flatter],
  ])('%s', (_name, b, expected) => {
    expect(ssim(a, b)).toBeCloseTo(expected.ssim, 7);
    expect(psnr(a, b)).toBeCloseTo(expected.psnr, 6);
  });

  test('equal images have perfect scores', () => {
    expect(ssim(a, a)).toBe(1);
    expect(psnr(a, a)).toBe(Number.POSITIVE_INFINITY);
  });

  test('rejects images that cannot be compared', () => {
    const small = imageOf(10, 23, new Float32Array(690));
    expect(() => ssim(small, small)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect(() => psnr(a, small)).toThrow(/29x23 and 10x23/);
  });
});

import { readFileSync } from 'node:fs';
import { type Image, imageOf, measureQuality, psnr } from '@pip-graft/imaging';
import { describe, expect, test } from 'vitest';
import { luma, ssim } from '../../src/metrics/quality.ts';

/** Written by pytorch-reference/make_metric_goldens.py. */
interface Golden {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly dtype: 'uint8' | 'float32';
  readonly a: string;
  readonly b: string;
  readonly quality: Record<'psnr' | 'ssim' | 'psnrY' | 'ssimY', number>;
}

const { cases, versions } = JSON.parse(
  readFileSync(new URL('./goldens/quality.json', import.meta.url), 'utf8'),
) as { cases: Golden[]; versions: Record<string, string> };

/** Pixels (height, width, 3) as an image. */
function imageFrom({ width, height, dtype }: Golden, base64: string): Image {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  const values =
    dtype === 'uint8' ? Float32Array.from(bytes, (v) => v / 255) : new Float32Array(bytes.buffer);
  const size = width * height;
  const data = Float32Array.from(
    { length: 3 * size },
    (_, i) => values[(i % size) * 3 + Math.floor(i / size)]!,
  );
  return imageOf(width, height, data);
}

describe(`quality as scikit-image ${versions['scikit-image']} measures it`, () => {
  test.each(cases)('$name, $width x $height, $dtype', (golden) => {
    const [a, b] = [imageFrom(golden, golden.a), imageFrom(golden, golden.b)];
    const measured = measureQuality(b, a);
    for (const key of ['psnr', 'ssim', 'psnrY', 'ssimY'] as const) {
      // The requirement is 1e-3; float32 pixels leave this much.
      expect(Math.abs(measured[key] - golden.quality[key]), key).toBeLessThan(2e-5);
    }
    expect(psnr(a, b)).toBe(measured.psnr);
    expect(ssim(a, b)).toBe(measured.ssim);
  });
});

describe('quality', () => {
  const grey = (value: number, width = 12, height = 11) =>
    imageOf(width, height, new Float32Array(3 * width * height).fill(value));

  test('of equal images is perfect', () => {
    const equal = { psnr: Number.POSITIVE_INFINITY, ssim: 1 };
    expect(measureQuality(grey(0.3), grey(0.3))).toEqual({
      ...equal,
      psnrY: equal.psnr,
      ssimY: equal.ssim,
    });
  });

  test('Y ranges from 16 to 235, so its PSNR is above that of the three channels', () => {
    expect(luma(grey(0))[0]! * 255).toBeCloseTo(16, 4);
    expect(luma(grey(1))[0]! * 255).toBeCloseTo(235, 4);
    const { psnr: rgb, psnrY } = measureQuality(grey(0.4), grey(0.5));
    expect(rgb).toBeCloseTo(20, 4);
    expect(psnrY).toBeCloseTo(20 + 20 * Math.log10(255 / 219), 4);
  });

  test('rejects images that cannot be compared', () => {
    expect(() => measureQuality(grey(0), grey(0, 13))).toThrow(/12x11 and 13x11/);
    expect(() => measureQuality(grey(0, 10, 40), grey(0, 10, 40))).toThrow(
      /10x40 is too small for SSIM; use at least 11 pixels/,
    );
  });
});

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

import { readFileSync } from 'node:fs';
import { type Image, imageOf, measureQuality, psnr } from '@pip-graft/imaging';
import { describe, expect, test } from 'vitest';
import { luma, ssim } from '../../src/metrics/ssim.ts';

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

import { Random } from '@pip-graft/weights';
import { expect, test } from 'vitest';
import {
  applyKernel,
  blurReach,
  cameraBlur,
  discKernel,
  motionKernel,
} from '../../../src/data/degrade/camera-blur.ts';
import { flat, mean } from '../support/photos.ts';

const side = 61;
const middle = 30;
/** One white pixel in the middle of each plane. */
const point = flat(0, side).map((_, at) => (at % side ** 2 === middle * side + middle ? 1 : 0));
const calm = { length: [3, 25], radius: [0.7, 4], noise: [0, 0] } as const;

/** The pixels of the first plane that the point was spread to, with their distance. */
function spread(planes: Float32Array) {
  const pixels: { distance: number; value: number }[] = [];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const value = planes[y * side + x]!;
      if (value > 0) pixels.push({ distance: Math.hypot(x - middle, y - middle), value });
    }
  }
  return pixels;
}

test.each([1, 2.5, 4])('a point out of focus becomes an even disc of radius %d', (radius) => {
  const pixels = spread(applyKernel(point, side, side, discKernel(radius)));
  expect(pixels.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(1, 5);
  expect(Math.max(...pixels.map(({ distance }) => distance))).toBeLessThan(radius + 0.5);
  const inner = pixels.filter(({ distance }) => distance <= radius - 0.5);
  for (const { value } of inner) expect(value).toBeCloseTo(inner[0]!.value, 6);
  // Within a tenth of the disc's area, except for the smallest.
  if (radius > 2) expect(Math.abs(inner[0]!.value * Math.PI * radius ** 2 - 1)).toBeLessThan(0.1);
});

test('motion paths preserve the light, have the requested length and are centred', () => {
  for (let seed = 0; seed < 60; seed++) {
    const length = 3 + (seed % 23);
    const kernel = motionKernel(length, new Random(seed));
    expect(kernel.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 10);
    expect(kernel.every(({ share }) => share > 0)).toBe(true);
    const far = Math.max(...kernel.map(({ dx, dy }) => Math.max(Math.abs(dx), Math.abs(dy))));
    expect(far).toBeLessThanOrEqual(blurReach({ ...calm, length: [3, length], radius: [1, 1] }));
    // Splatted over four pixels, a path covers up to about three pixels per pixel of its length.
    expect(kernel.length).toBeLessThan(3 * length + 6);
    expect(kernel.length).toBeGreaterThan(length / 2);
  }
});

test('most paths are nearly straight, some are bent', () => {
  const reaches = Array.from({ length: 200 }, (_, seed) => {
    const kernel = motionKernel(21, new Random(seed));
    return Math.max(...kernel.map(({ dx, dy }) => Math.hypot(dx, dy)));
  });
  // Half of a straight path is 10.5 pixels, and the rim of the last splatted pixel adds one.
  expect(reaches.filter((reach) => reach > 9.5).length).toBeGreaterThan(100);
  expect(reaches.filter((reach) => reach < 9).length).toBeGreaterThan(10);
});

test('radius 0 changes nothing; a flat image stays flat, averaged as values or as light', () => {
  expect(applyKernel(point, side, side, discKernel(0))).toEqual(point);
  for (const power of [1, 2] as const) {
    for (const value of applyKernel(flat(0.3, 7), 7, 7, discKernel(4), power))
      expect(value).toBeCloseTo(0.3, 6);
  }
});

test('averaged as light, half a white pixel is brighter than half its value', () => {
  const halves = [0, 1].map((dx) => ({ dx, dy: 0, share: 0.5 }));
  const [value, light] = ([1, 2] as const).map((power) =>
    Math.max(...applyKernel(point, side, side, halves, power)),
  );
  expect(value).toBeCloseTo(0.5, 6);
  expect(light).toBeCloseTo(Math.SQRT1_2, 6);
});

test('a kernel reads pixels at its offsets and repeats edges', () => {
  const planes = Float32Array.from({ length: 18 }, (_, at) => at);
  const next = applyKernel(planes, 3, 2, [{ dx: 1, dy: 0, share: 1 }]);
  expect([...next.subarray(0, 6)]).toEqual([1, 2, 2, 4, 5, 5]);
  const above = applyKernel(planes, 3, 2, [{ dx: -1, dy: -1, share: 1 }]);
  expect([...above.subarray(0, 6)]).toEqual([0, 0, 1, 0, 0, 1]);
  // Wider than the image.
  const far = applyKernel(planes, 3, 2, [{ dx: 9, dy: 9, share: 1 }]);
  expect([...far.subarray(0, 6)]).toEqual([5, 5, 5, 5, 5, 5]);
});

test('produces discs and paths, with the requested noise', () => {
  const kinds = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const pixels = spread(cameraBlur(point, side, side, new Random(seed), calm));
    const far = Math.max(...pixels.map(({ distance }) => distance));
    // A disc fills its bounding circle, a path does not.
    kinds.add(pixels.length > 2.2 * far ** 2 ? 'disc' : 'path');
  }
  expect(kinds).toEqual(new Set(['disc', 'path']));
  const noisy = cameraBlur(flat(0.5), 64, 64, new Random(1), { ...calm, noise: [4, 4] });
  const error = Math.sqrt(mean(noisy.map((value) => (value - 0.5) ** 2))) * 255;
  expect(Math.abs(error / 4 - 1)).toBeLessThan(0.03);
});

test('pixels beyond the reach have no effect', () => {
  for (let seed = 0; seed < 20; seed++) {
    const edge = flat(0, side).map((_, at) => (at % side >= middle + blurReach(calm) + 1 ? 1 : 0));
    const made = cameraBlur(edge, side, side, new Random(seed), calm);
    for (let y = 0; y < side; y++) expect(made[y * side + middle]).toBe(0);
  }
});

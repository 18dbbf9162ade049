import { blurReach, cameraBlur, defocusBlur } from '@pip-graft/train';
import { Random } from '@pip-graft/weights';
import { expect, test } from 'vitest';
import { flat, mean } from '../support/photos.ts';

const side = 41;
/** One white pixel in the middle of each plane. */
const point = flat(0, side).map((_, at) => (at % side ** 2 === 20 * side + 20 ? 1 : 0));

/** Pixels of the first plane that the point was spread to, by distance. */
function spread(planes: Float32Array) {
  const pixels: { distance: number; value: number }[] = [];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const value = planes[y * side + x]!;
      if (value > 0) pixels.push({ distance: Math.hypot(x - 20, y - 20), value });
    }
  }
  return pixels;
}

test.each([1, 2.5, 5])('a point out of focus is an even disc of radius %d', (radius) => {
  const pixels = spread(defocusBlur(point, side, side, radius));
  expect(pixels.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(1, 5);
  expect(Math.max(...pixels.map(({ distance }) => distance))).toBeLessThan(radius + 0.5);
  const inner = pixels.filter(({ distance }) => distance <= radius - 0.5);
  for (const { value } of inner) expect(value).toBeCloseTo(inner[0]!.value, 6);
  // Within a tenth of the disc's area, but for the smallest.
  if (radius > 2) expect(Math.abs(inner[0]!.value * Math.PI * radius ** 2 - 1)).toBeLessThan(0.1);
});

test('radius 0 changes nothing; a flat picture stays flat', () => {
  expect(defocusBlur(point, side, side, 0)).toEqual(point);
  for (const value of defocusBlur(flat(0.3, 7), 7, 7, 4)) expect(value).toBeCloseTo(0.3, 6);
});

test('light is kept, spread within the reach, and both kinds occur', () => {
  const kinds = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const made = cameraBlur(point, side, side, new Random(seed));
    expect(mean(made)).toBeCloseTo(mean(point), 7);
    const pixels = spread(made);
    expect(Math.max(...pixels.map(({ distance }) => distance))).toBeLessThanOrEqual(
      blurReach * Math.SQRT2,
    );
    const far = Math.max(...pixels.map(({ distance }) => distance));
    // A disc fills the circle around it, a line does not.
    kinds.add(pixels.length > 1.8 * far ** 2 ? 'disc' : 'line');
  }
  expect(kinds).toEqual(new Set(['disc', 'line']));
});

test('what is further than the reach has no effect', () => {
  for (let seed = 0; seed < 20; seed++) {
    const edge = flat(0, side).map((_, at) => (at % side >= 20 + blurReach + 1 ? 1 : 0));
    const made = cameraBlur(edge, side, side, new Random(seed));
    for (let y = 0; y < side; y++) expect(made[y * side + 20]).toBe(0);
  }
});
